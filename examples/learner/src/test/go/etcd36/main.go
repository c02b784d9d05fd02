// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

// A whole etcd server of the version go.mod names.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
