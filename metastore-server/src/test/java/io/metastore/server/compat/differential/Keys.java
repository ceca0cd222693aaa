package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import java.util.Random;

/** Random keys, ranges and values: few enough that requests meet each other, odd enough that none is a special case. */
final class Keys {

    /** A range as requests give it. */
    record Range(ByteString key, ByteString end) {}

    static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
    static final int BULK_KEYS = 300;

    private static final ByteString[] ODD = {
        ZERO,
        ByteString.copyFrom(new byte[] {0, 0}),
        ByteString.copyFrom(new byte[] {(byte) 0xff}),
        ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff}),
        ByteString.copyFrom(new byte[] {'k', '1', 0}),
        ByteString.copyFrom(new byte[] {'p', (byte) 0xff}),
        utf8("a"),
        utf8("p/"),
        utf8("ключ"),
        utf8("long/" + "x".repeat(300)),
    };

    private final Random random;

    Keys(Random random) {
        this.random = random;
    }

    ByteString key() {
        int choice = random.nextInt(100);
        if (choice < 55) {
            return utf8("k" + random.nextInt(10));
        }
        if (choice < 82) {
            return utf8("p/%02d".formatted(random.nextInt(30)));
        }
        if (choice < 90) {
            return bulk(random.nextInt(BULK_KEYS));
        }
        return choice < 99 ? ODD[random.nextInt(ODD.length)] : ByteString.EMPTY;
    }

    static ByteString bulk(int number) {
        return utf8("w/%03d".formatted(number));
    }

    Range range() {
        int choice = random.nextInt(100);
        if (choice < 35) {
            return new Range(key(), ByteString.EMPTY);
        }
        if (choice < 50) {
            return prefix("p/");
        }
        if (choice < 60) {
            return prefix("k");
        }
        if (choice < 68) {
            return prefix("w/");
        }
        if (choice < 78) {
            return new Range(ZERO, ZERO);
        }
        if (choice < 86) {
            return new Range(key(), ZERO);
        }
        if (choice < 90) {
            return new Range(ByteString.EMPTY, ZERO);
        }
        return new Range(key(), key()); // every second one is empty or upside down
    }

    /** A range that leaves most keys alone. */
    Range smallRange() {
        int choice = random.nextInt(100);
        if (choice < 70) {
            return new Range(key(), ByteString.EMPTY);
        }
        if (choice < 80) {
            return new Range(utf8("p/1"), utf8("p/2"));
        }
        int from = random.nextInt(BULK_KEYS);
        return choice < 97 ? new Range(bulk(from), bulk(from + 8)) : range();
    }

    ByteString value() {
        int choice = random.nextInt(200);
        if (choice < 10) {
            return ByteString.EMPTY;
        }
        if (choice < 60) {
            return utf8("v" + random.nextInt(5)); // equal values, for compares and sorts to meet
        }
        int size = choice < 190 ? random.nextInt(64) : random.nextInt(16 << 10);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static Range prefix(String prefix) {
        byte[] end = prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        end[end.length - 1]++;
        return new Range(utf8(prefix), ByteString.copyFrom(end));
    }
}
