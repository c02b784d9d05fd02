// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.store;

import com.google.protobuf.ByteString;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The log in an SQLite database: entries, what raft must not forget, the membership as of the
 * commit index, and which snapshots came when. {@link #save} is one transaction and durable when it
 * returns; WAL mode lets the feed read meanwhile.
 *
 * <p>Old entries and snapshots stay until {@link #trim}, so the log may have gaps, each covered by
 * a snapshot. All methods block.
 */
public final class LogStore implements AutoCloseable {

  private static final String LIBRARY_DIR = "org.sqlite.tmpdir";
  private static final String SCHEMA_VERSION = "1";

  private final Connection writer;
  private final Connection reader;

  private LogStore(Connection writer, Connection reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * What a restart goes on from.
   *
   * @param commitTerm the term of the entry at {@code commit}
   * @param tail the entries after {@code commit}
   * @param membership as last saved; null before the first time
   */
  public record State(
      long term, long commit, long commitTerm, List<Entry> tail, @Nullable String membership) {}

  /**
   * One change, saved as a whole.
   *
   * @param snapshot takes the place of everything after the old commit index; null for none
   * @param entries take the place of what the log has from the first one's index on
   * @param membership null if it has not changed
   */
  public record Change(
      long term,
      long commit,
      long commitTerm,
      @Nullable SnapshotRow snapshot,
      List<Entry> entries,
      @Nullable String membership) {}

  /**
   * A snapshot that came from a leader.
   *
   * @param bytes the size of its file; 0 if none came with it
   */
  public record SnapshotRow(long index, long term, long bytes) {}

  /**
   * What comes next from an index on.
   *
   * @param entries consecutive committed entries from that index; if empty, see {@code snapshot}
   * @param snapshot the snapshot that covers the index; null if there are entries, or nothing yet
   * @param firstKept the first index that can be read at all, if it is above the one asked for
   */
  public record Page(List<Entry> entries, @Nullable SnapshotRow snapshot, long firstKept) {}

  /**
   * Opens the store in a directory, which is created if it is missing.
   *
   * @throws StoreException naming the file if it is not a store of this version
   */
  public static LogStore open(Path directory) {
    Path file = directory.resolve("log.sqlite");
    try {
      Files.createDirectories(directory);
      unpackDriverInto(directory);
      Connection writer = connect(file);
      LogStore store = new LogStore(writer, connect(file));
      store.prepare(file);
      return store;
    } catch (IOException | SQLException e) {
      throw new StoreException("log " + file + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  /** The driver's library, which stays where it was put if its process is ended by a signal. */
  private static void unpackDriverInto(Path directory) throws IOException {
    if (System.getProperty(LIBRARY_DIR) != null) {
      return;
    }
    System.setProperty(LIBRARY_DIR, directory.toAbsolutePath().toString());
    try (DirectoryStream<Path> earlier =
        Files.newDirectoryStream(directory, "sqlite-*sqlitejdbc*")) {
      for (Path file : earlier) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // In WAL mode FULL syncs the log at every commit; NORMAL would lose the last ones with power.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    connection.setAutoCommit(false);
    return connection;
  }

  private void prepare(Path file) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS entry (idx INTEGER PRIMARY KEY, term INTEGER NOT NULL,"
              + " type INTEGER NOT NULL, data BLOB NOT NULL)");
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS snapshot (idx INTEGER PRIMARY KEY, term INTEGER NOT NULL,"
              + " bytes INTEGER NOT NULL)");
    }
    String version = meta(writer, "schema");
    if (version == null) {
      setMeta("schema", SCHEMA_VERSION);
    } else if (!version.equals(SCHEMA_VERSION)) {
      throw new StoreException(
          "log " + file + ": schema " + version + " (expected: " + SCHEMA_VERSION + ")", null);
    }
    writer.commit();
  }

  /** What was last saved. */
  public State load() {
    try {
      long commit = number("commit");
      return new State(
          number("term"), commit, number("commitTerm"), tail(commit), meta(writer, "membership"));
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  private List<Entry> tail(long commit) throws SQLException {
    try (PreparedStatement select =
        writer.prepareStatement(
            "SELECT idx, term, type, data FROM entry WHERE idx > ? ORDER BY idx")) {
      select.setLong(1, commit);
      return entries(select, Integer.MAX_VALUE, Long.MAX_VALUE, commit + 1);
    }
  }

  /** Saves a change; durable on return. One thread at a time. */
  public void save(Change change) {
    try {
      if (change.snapshot() != null) {
        deleteFrom(number("commit") + 1);
        insert(change.snapshot());
      }
      if (!change.entries().isEmpty()) {
        deleteFrom(change.entries().get(0).getIndex());
        insert(change.entries());
      }
      setMeta("term", Long.toString(change.term()));
      setMeta("commit", Long.toString(change.commit()));
      setMeta("commitTerm", Long.toString(change.commitTerm()));
      if (change.membership() != null) {
        setMeta("membership", change.membership());
      }
      writer.commit();
    } catch (SQLException e) {
      rollback();
      throw failed("write", e);
    }
  }

  private void deleteFrom(long index) throws SQLException {
    try (PreparedStatement delete = writer.prepareStatement("DELETE FROM entry WHERE idx >= ?")) {
      delete.setLong(1, index);
      delete.executeUpdate();
    }
  }

  private void insert(SnapshotRow snapshot) throws SQLException {
    try (PreparedStatement insert =
        writer.prepareStatement("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)")) {
      insert.setLong(1, snapshot.index());
      insert.setLong(2, snapshot.term());
      insert.setLong(3, snapshot.bytes());
      insert.executeUpdate();
    }
  }

  private void insert(List<Entry> entries) throws SQLException {
    try (PreparedStatement insert =
        writer.prepareStatement("INSERT INTO entry VALUES (?, ?, ?, ?)")) {
      for (Entry entry : entries) {
        insert.setLong(1, entry.getIndex());
        insert.setLong(2, entry.getTerm());
        insert.setInt(3, entry.getType().getNumber());
        insert.setBytes(4, entry.getData().toByteArray());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * The next page of the feed. One thread at a time, beside {@link #save}.
   *
   * @param maxBytes of entry data, after which the page ends; the first entry always fits
   */
  public Page read(long from, int maxEntries, long maxBytes) {
    synchronized (reader) {
      try (PreparedStatement select =
          reader.prepareStatement(
              "SELECT idx, term, type, data FROM entry WHERE idx >= ? AND idx <= ?"
                  + " ORDER BY idx LIMIT ?")) {
        String commitText = meta(reader, "commit");
        long commit = commitText == null ? 0 : Long.parseLong(commitText);
        select.setLong(1, from);
        select.setLong(2, commit);
        select.setInt(3, maxEntries);
        List<Entry> entries = entries(select, maxEntries, maxBytes, from);
        boolean behind = entries.isEmpty() && from <= commit;
        SnapshotRow snapshot = behind ? snapshotAt(from) : null;
        long firstKept = behind && snapshot == null ? firstKept() : from;
        reader.commit();
        return new Page(entries, snapshot, firstKept);
      } catch (SQLException e) {
        throw failed("read", e);
      }
    }
  }

  private @Nullable SnapshotRow snapshotAt(long from) throws SQLException {
    try (PreparedStatement select =
        reader.prepareStatement(
            "SELECT idx, term, bytes FROM snapshot WHERE idx >= ? ORDER BY idx LIMIT 1")) {
      select.setLong(1, from);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? new SnapshotRow(rows.getLong(1), rows.getLong(2), rows.getLong(3))
            : null;
      }
    }
  }

  private long firstKept() throws SQLException {
    try (Statement select = reader.createStatement();
        ResultSet rows = select.executeQuery("SELECT min(idx) FROM entry")) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /**
   * Deletes entries below an index, and the records of all but the newest snapshots.
   *
   * @return the indexes of the snapshots whose records are kept
   */
  public List<Long> trim(long below, int keepSnapshots) {
    try (PreparedStatement entries = writer.prepareStatement("DELETE FROM entry WHERE idx < ?");
        PreparedStatement snapshots =
            writer.prepareStatement(
                "DELETE FROM snapshot WHERE idx NOT IN"
                    + " (SELECT idx FROM snapshot ORDER BY idx DESC LIMIT ?)");
        Statement kept = writer.createStatement()) {
      entries.setLong(1, below);
      entries.executeUpdate();
      snapshots.setInt(1, keepSnapshots);
      snapshots.executeUpdate();
      List<Long> indexes = new ArrayList<>();
      try (ResultSet rows = kept.executeQuery("SELECT idx FROM snapshot")) {
        while (rows.next()) {
          indexes.add(rows.getLong(1));
        }
      }
      writer.commit();
      return indexes;
    } catch (SQLException e) {
      rollback();
      throw failed("trim", e);
    }
  }

  /** Closes the database. */
  @Override
  public void close() {
    try {
      synchronized (reader) {
        reader.close();
      }
      writer.close();
    } catch (SQLException e) {
      throw failed("close", e);
    }
  }

  private static List<Entry> entries(
      PreparedStatement select, int maxEntries, long maxBytes, long from) throws SQLException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    long expected = from;
    try (ResultSet rows = select.executeQuery()) {
      while (entries.size() < maxEntries && rows.next() && rows.getLong(1) == expected) {
        byte[] data = rows.getBytes(4);
        bytes += data.length;
        if (bytes > maxBytes && !entries.isEmpty()) {
          break;
        }
        Entry.Builder entry = Entry.newBuilder().setIndex(expected).setTerm(rows.getLong(2));
        EntryType type = EntryType.forNumber(rows.getInt(3));
        if (type != null && type != EntryType.EntryNormal) {
          entry.setType(type);
        }
        entries.add(entry.setData(ByteString.copyFrom(data)).build());
        expected++;
      }
    }
    return entries;
  }

  private long number(String name) throws SQLException {
    String value = meta(writer, name);
    return value == null ? 0 : Long.parseLong(value);
  }

  private static @Nullable String meta(Connection connection, String name) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT value FROM meta WHERE name = ?")) {
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  private void setMeta(String name, String value) throws SQLException {
    try (PreparedStatement insert =
        writer.prepareStatement("INSERT OR REPLACE INTO meta VALUES (?, ?)")) {
      insert.setString(1, name);
      insert.setString(2, value);
      insert.executeUpdate();
    }
  }

  private void rollback() {
    try {
      writer.rollback();
    } catch (SQLException e) {
      throw failed("roll back", e);
    }
  }

  private static StoreException failed(String what, SQLException cause) {
    return new StoreException("cannot " + what + " the log: " + cause.getMessage(), cause);
  }
}
