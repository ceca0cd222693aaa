package io.metastore.server.backup;

import java.util.Locale;

/** Bytes as people read them, in the form that etcd's tools print. */
final class Sizes {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Sizes() {}

    /** Two digits at the least, in powers of 1000. */
    static String human(long bytes) {
        if (bytes < 10) {
            return bytes + " B";
        }
        int unit = 0;
        double value = bytes;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        double rounded = Math.floor(value * 10 + 0.5) / 10;
        return String.format(Locale.ROOT, rounded < 10 ? "%.1f %s" : "%.0f %s", rounded, UNITS[unit]);
    }
}
