package io.metastore.server.backup;

import io.metastore.storage.backup.SnapshotStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How {@code etcdutl} prints the status of a snapshot (etcd: etcdutl/printer*.go). */
enum StatusFormat {
    SIMPLE {
        @Override
        String print(SnapshotStatus status) {
            return String.join(", ", row(status)) + "\n";
        }
    },
    JSON {
        @Override
        String print(SnapshotStatus status) {
            return "{\"hash\":%d,\"revision\":%d,\"totalKey\":%d,\"totalSize\":%d,\"version\":\"%s\"}%n"
                    .formatted(
                            Integer.toUnsignedLong(status.hash()),
                            status.revision(),
                            status.totalKeys(),
                            status.totalBytes(),
                            status.version());
        }
    },
    FIELDS {
        @Override
        String print(SnapshotStatus status) {
            return "\"Hash\" : %d%n\"Revision\" : %d%n\"Keys\" : %d%n\"Size\" : %d%n\"Version\" : %s%n"
                    .formatted(
                            Integer.toUnsignedLong(status.hash()),
                            status.revision(),
                            status.totalKeys(),
                            status.totalBytes(),
                            status.version());
        }
    },
    TABLE {
        @Override
        String print(SnapshotStatus status) {
            List<String> names = List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION");
            List<String> cells = row(status);
            StringBuilder top = new StringBuilder();
            StringBuilder head = new StringBuilder("│");
            StringBuilder body = new StringBuilder("│");
            for (int i = 0; i < names.size(); i++) {
                int width = Math.max(names.get(i).length(), cells.get(i).length());
                top.append("─".repeat(width + 2)).append(i + 1 < names.size() ? "┬" : "");
                head.append(' ').append(centered(names.get(i), width)).append(" │");
                body.append(' ')
                        .append(" ".repeat(width - cells.get(i).length()))
                        .append(cells.get(i))
                        .append(" │");
            }
            return "┌%s┐%n%s%n├%s┤%n%s%n└%s┘%n"
                    .formatted(
                            top,
                            head,
                            top.toString().replace('┬', '┼'),
                            body,
                            top.toString().replace('┬', '┴'));
        }
    };

    abstract String print(SnapshotStatus status);

    static Optional<StatusFormat> named(String name) {
        return Arrays.stream(values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    private static List<String> row(SnapshotStatus status) {
        return List.of(
                Integer.toHexString(status.hash()),
                Long.toString(status.revision()),
                Integer.toString(status.totalKeys()),
                Sizes.human(status.totalBytes()),
                status.version());
    }

    private static String centered(String text, int width) {
        int left = (width - text.length()) / 2;
        return " ".repeat(left) + text + " ".repeat(width - text.length() - left);
    }
}
