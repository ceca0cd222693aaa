package io.metastore.storage.lease;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A lease as the log has granted it. How much of its time is left is known to the leader's {@link ExpiryQueue} alone.
 *
 * @param ttlSeconds the time granted
 * @param remainingSeconds what was left when the leader last said so through the log; 0 if it never did, or after a renewal
 */
public record Lease(long id, long ttlSeconds, long remainingSeconds) {
    /** The id that means "no lease". */
    public static final long NONE = 0;

    public static final long MAX_TTL_SECONDS = 9_000_000_000L;

    // The fields of etcd's stored lease, so that a backup can copy the bytes.
    private static final int ID = 1;
    private static final int TTL = 2;
    private static final int REMAINING_TTL = 3;

    public Lease {
        if (id == NONE) {
            throw new IllegalArgumentException("a lease needs an id");
        }
        if (ttlSeconds > MAX_TTL_SECONDS) {
            throw new IllegalArgumentException("lease %d: ttl %d".formatted(id, ttlSeconds));
        }
    }

    Lease withRemaining(long seconds) {
        return new Lease(id, ttlSeconds, seconds);
    }

    /** What a new leader counts down from. */
    long secondsToCount() {
        return remainingSeconds > 0 ? remainingSeconds : ttlSeconds;
    }

    byte[] encode() {
        int size = CodedOutputStream.computeInt64Size(ID, id)
                + CodedOutputStream.computeInt64Size(TTL, ttlSeconds)
                + (remainingSeconds == 0 ? 0 : CodedOutputStream.computeInt64Size(REMAINING_TTL, remainingSeconds));
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeInt64(ID, id);
            out.writeInt64(TTL, ttlSeconds);
            if (remainingSeconds != 0) {
                out.writeInt64(REMAINING_TTL, remainingSeconds);
            }
        } catch (IOException sizeIsComputed) {
            throw new UncheckedIOException(sizeIsComputed);
        }
        return bytes;
    }

    /** Of etcd's stored lease. */
    public static Lease decode(byte[] stored) {
        CodedInputStream in = CodedInputStream.newInstance(stored);
        long id = NONE;
        long ttl = 0;
        long remaining = 0;
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (tag >>> 3) {
                    case ID -> id = in.readInt64();
                    case TTL -> ttl = in.readInt64();
                    case REMAINING_TTL -> remaining = in.readInt64();
                    default -> in.skipField(tag);
                }
            }
            return new Lease(id, ttl, remaining);
        } catch (IOException | IllegalArgumentException damaged) {
            throw new IllegalStateException("a stored lease is damaged", damaged);
        }
    }
}
