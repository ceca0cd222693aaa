package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of the log at start and tells a torn end from damage.
 *
 * <p>Frames are made durable one after the other. So only the last one may be incomplete: that is what a power cut
 * leaves, the entries in it were never acknowledged, and it is cut off. A bad frame with a later one behind it, in the
 * same segment or in the next, was durable once: the log refuses to open.
 */
final class LogRecovery {

    private static final int WINDOW_BYTES = 1 << 20;

    private final Path dir;
    private final Window window = new Window(WINDOW_BYTES);
    private final LogIndex index = new LogIndex();

    private @Nullable Segment spare;

    LogRecovery(Path dir) {
        this.dir = dir;
    }

    LogIndex index() {
        return index;
    }

    /** A segment that is ready to follow the active one. */
    @Nullable
    Segment spare() {
        return spare;
    }

    /** False if there is no segment at all. */
    boolean run() throws IOException {
        List<Segment> segments = openSegments();
        try {
            replay(segments);
            return !segments.isEmpty();
        } catch (IOException | RuntimeException e) {
            for (Segment segment : segments) {
                segment.close();
            }
            throw e;
        }
    }

    private List<Segment> openSegments() throws IOException {
        TreeMap<Long, Path> files = new TreeMap<>();
        try (Stream<Path> listing = Files.list(dir)) {
            for (Path file : (Iterable<Path>) listing::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".tmp")) {
                    Files.delete(file);
                } else if (name.matches("[0-9a-f]{16}\\.log")) {
                    files.put(Long.parseUnsignedLong(name.substring(0, 16), 16), file);
                }
            }
        }
        List<Segment> segments = new ArrayList<>();
        try {
            for (var entry : files.entrySet()) {
                long id = entry.getKey();
                if (!segments.isEmpty() && id != segments.get(segments.size() - 1).id + 1) {
                    throw new LogDamagedException("raft log is damaged: segment %s is missing"
                            .formatted(Segment.fileOf(dir, segments.get(segments.size() - 1).id + 1)));
                }
                segments.add(Segment.open(entry.getValue(), id));
            }
            return segments;
        } catch (IOException | RuntimeException e) {
            for (Segment segment : segments) {
                segment.close();
            }
            throw e;
        }
    }

    private void replay(List<Segment> segments) throws IOException {
        boolean sealed = true;
        for (Segment segment : segments) {
            requireNotIdle(sealed);
            if (!sealed) {
                // Prepared, perhaps; if it was begun, the one before it was complete.
                if (decode(segment, Segment.HEADER_BYTES) != null) {
                    throw new LogDamagedException(
                            index.active().file, index.active().end, "the segment has lost its end");
                }
                spare = segment;
                continue;
            }
            index.activate(segment, index.last() + 1);
            sealed = replayed(segment, segment == segments.get(0));
        }
        if (!segments.isEmpty() && sealed) {
            throw new LogDamagedException("raft log is damaged: segment %s is missing, its predecessor is complete"
                    .formatted(Segment.fileOf(dir, index.active().id + 1)));
        }
    }

    /** Called when one more segment follows: such are made only while frames come. */
    private void requireNotIdle(boolean sealed) throws IOException {
        Segment idle = spare;
        if (idle == null && !sealed && index.active().end == Segment.HEADER_BYTES) {
            idle = index.active();
        }
        if (idle != null) {
            throw new LogDamagedException(idle.file, Segment.HEADER_BYTES, "the segment has lost its content");
        }
    }

    private @Nullable Frame decode(Segment segment, long position) throws IOException {
        int offset = window.load(segment, position, Frame.HEADER_BYTES, segment.size);
        return Frame.decode(window.buffer(), offset, segment.id, segment.incarnation);
    }

    /** Takes in the frames of {@code segment}; whether the last of them says that it is complete. */
    private boolean replayed(Segment segment, boolean oldest) throws IOException {
        long position = Segment.HEADER_BYTES;
        while (position + Frame.HEADER_BYTES <= segment.size) {
            Frame frame = decode(segment, position);
            if (frame == null || !payloadIsWhole(segment, position, frame)) {
                requireNothingBehind(segment, position);
                return false;
            }
            apply(segment, position, frame, oldest);
            position += frame.size();
            segment.end = position;
            if (frame.type() == Frame.Type.SEAL) {
                return true;
            }
        }
        return false;
    }

    private boolean payloadIsWhole(Segment segment, long position, Frame frame) throws IOException {
        if (frame.size() > segment.size - position) {
            return false;
        }
        int offset = window.load(segment, position, frame.size(), segment.size);
        return Frame.crc(window.buffer(), offset + Frame.HEADER_BYTES, frame.payloadBytes()) == frame.payloadCrc();
    }

    private void requireNothingBehind(Segment segment, long bad) throws IOException {
        long position = bad + Frame.ALIGNMENT;
        while (position + Frame.HEADER_BYTES <= segment.size) {
            int offset = window.load(segment, position, Frame.HEADER_BYTES, segment.size);
            int candidates = (window.available(offset) - Frame.HEADER_BYTES) / Frame.ALIGNMENT + 1;
            for (int i = 0; i < candidates; i++, offset += Frame.ALIGNMENT, position += Frame.ALIGNMENT) {
                if (Frame.mayStartAt(window.buffer(), offset, segment.incarnation)
                        && Frame.decode(window.buffer(), offset, segment.id, segment.incarnation) != null) {
                    throw new LogDamagedException(
                            segment.file, bad, "the frame here is bad, but a later one follows at offset " + position);
                }
            }
        }
    }

    private void apply(Segment segment, long position, Frame frame, boolean oldest) throws IOException {
        boolean firstOfSegment = position == Segment.HEADER_BYTES;
        require(firstOfSegment == (frame.type() == Frame.Type.START), segment, position, "frame out of place");
        switch (frame.type()) {
            case ENTRIES -> applyEntries(segment, position, frame);
            case START -> {
                if (oldest) {
                    index.reset(frame.index());
                    segment.startAt(frame.index());
                }
                requireIndex(frame.index(), index.last() + 1, segment, position);
            }
            case SEAL, MARK -> requireIndex(frame.index(), index.last(), segment, position);
            case TRUNCATE_SUFFIX -> {
                require(frame.index() <= index.last(), segment, position, "cuts off entries that are not there");
                index.truncateSuffix(frame.index());
            }
            case TRUNCATE_PREFIX -> index.truncatePrefix(Math.max(index.first(), frame.index()));
            case RESET -> index.reset(frame.index());
        }
    }

    private void applyEntries(Segment segment, long position, Frame frame) throws IOException {
        requireIndex(frame.index(), index.last() + 1, segment, position);
        int start = window.load(segment, position, frame.size(), segment.size);
        ByteBuffer buffer = window.buffer();
        int at = start + Frame.HEADER_BYTES;
        int end = at + frame.payloadBytes();
        for (int i = 0; i < frame.records(); i++) {
            require(end - at >= LogRecord.HEADER_BYTES, segment, position, "too short for its records");
            byte kind = buffer.get(at + 2 * Long.BYTES);
            int length = buffer.getInt(at + 2 * Long.BYTES + Byte.BYTES);
            require(
                    length >= 0 && length <= end - at - LogRecord.HEADER_BYTES,
                    segment,
                    position,
                    "too short for its records");
            index.append(segment, (int) (position + (at - start)), kind);
            at += LogRecord.HEADER_BYTES + length;
        }
        require(at == end, segment, position, "longer than its records");
    }

    private static void requireIndex(long actual, long expected, Segment segment, long position) throws IOException {
        require(actual == expected, segment, position, "index %d where %d must be".formatted(actual, expected));
    }

    private static void require(boolean holds, Segment segment, long position, String what) throws IOException {
        if (!holds) {
            throw new LogDamagedException(segment.file, position, what);
        }
    }
}
