// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Keeps etcdutl, which is built by its import path, in go.mod.
package main

import _ "go.etcd.io/etcd/etcdutl/v3/etcdutl"
