package io.metastore.server.process.faults;

import io.metastore.server.process.faults.BitFlips.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.TableProperties;

/**
 * Where in the files of the state bits count: in the manifest, and in the blocks of the tables that hold what clients are told. The
 * state has no log of RocksDB's own. What else is in a table (names of options, statistics) is not read for any answer.
 */
final class StateBits {

    private static final Set<String> TABLES_READ_FOR_CLIENTS = Set.of("kv", "rev", "meta");

    static {
        RocksDB.loadLibrary();
    }

    private StateBits() {}

    /** The blocks of each table. */
    static List<Range> tables(Path state) {
        List<Range> ranges = new ArrayList<>();
        for (Path file : files(state, ".+\\.sst")) {
            try (Options options = new Options();
                    SstFileReader reader = new SstFileReader(options)) {
                reader.open(file.toString());
                TableProperties properties = reader.getTableProperties();
                String family = new String(properties.getColumnFamilyName(), StandardCharsets.US_ASCII);
                if (properties.getDataSize() > 0 && TABLES_READ_FOR_CLIENTS.contains(family)) {
                    ranges.add(new Range(file, 0, properties.getDataSize()));
                }
            } catch (RocksDBException unreadable) {
                throw new AssertionError("a sound table cannot be read: " + file, unreadable);
            }
        }
        return ranges;
    }

    /** The manifest that counts. */
    static List<Range> manifest(Path state) {
        try {
            Path file = state.resolve(Files.readString(state.resolve("CURRENT")).strip());
            return List.of(new Range(file, 0, Files.size(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One time in three in the manifest, else in the tables. */
    static BitFlips choose(Path state, Random random) {
        return BitFlips.among(random.nextInt(3) == 0 ? manifest(state) : tables(state), 1 + random.nextInt(3), random);
    }

    private static List<Path> files(Path state, String pattern) {
        try (Stream<Path> listing = Files.list(state)) {
            return listing.filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
