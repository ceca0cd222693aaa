package io.metastore.raft.log;

/**
 * How the log lies on disk.
 *
 * @param segmentBytes size of every segment but the first
 * @param firstSegmentBytes size of the first one, small so that a new member starts at once
 * @param fsync false never forces anything to the device: only for tests that show what then is lost
 * @param observer told how long each write and sync of records took
 */
public record LogOptions(int segmentBytes, int firstSegmentBytes, boolean fsync, LogObserver observer) {

    public static final LogOptions DEFAULT = new LogOptions(64 << 20, 8 << 20, true);

    private static final int MIN_SEGMENT_BYTES = 16 << 10;

    public LogOptions(int segmentBytes, int firstSegmentBytes, boolean fsync) {
        this(segmentBytes, firstSegmentBytes, fsync, LogObserver.NONE);
    }

    public LogOptions {
        if (segmentBytes < MIN_SEGMENT_BYTES || firstSegmentBytes < MIN_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segments of %d and %d bytes: at least %d are needed"
                    .formatted(segmentBytes, firstSegmentBytes, MIN_SEGMENT_BYTES));
        }
    }

    public LogOptions withFsync(boolean enabled) {
        return new LogOptions(segmentBytes, firstSegmentBytes, enabled, observer);
    }
}
