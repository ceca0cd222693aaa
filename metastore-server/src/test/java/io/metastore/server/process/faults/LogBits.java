package io.metastore.server.process.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Where in a raft log bits count: in the frames of entries that were committed, are still part of the log, and have a later frame
 * behind them. No frame is written before the one ahead of it is on the disk, so what these hold was synced; of the last frame of
 * all nobody can tell a flipped bit from a torn end.
 *
 * <p>Reads the format by itself: had it the server's own code, it would share its mistakes.
 */
final class LogBits {

    private static final int SEGMENT_HEADER_BYTES = 4096;
    private static final int FRAME_HEADER_BYTES = 48;
    private static final int FRAME_MAGIC = 0x4d53_4c46;
    private static final int ENTRIES = 1;
    private static final int TRUNCATE_PREFIX = 5;
    private static final int RESET = 6;

    private LogBits() {}

    private record Frame(Path file, long offset, int type, long index, int records, int payloadBytes) {

        long last() {
            return index + records - 1;
        }
    }

    /** The bytes that count of a log whose member had applied so much; empty if there are none. */
    static List<BitFlips.Range> of(Path log, long applied) {
        try (Stream<Path> listing = Files.list(log)) {
            List<Frame> frames = new ArrayList<>();
            for (Path file : listing.filter(
                            each -> each.getFileName().toString().matches("[0-9a-f]{16}\\.log"))
                    .sorted()
                    .toList()) {
                frames.addAll(frames(file));
            }
            long first = frames.stream()
                    .filter(frame -> frame.type == TRUNCATE_PREFIX || frame.type == RESET)
                    .mapToLong(Frame::index)
                    .max()
                    .orElse(0);
            return frames.subList(0, Math.max(0, frames.size() - 1)).stream()
                    .filter(frame -> frame.type == ENTRIES && frame.index >= first && frame.last() <= applied)
                    .map(frame -> new BitFlips.Range(frame.file, frame.offset, FRAME_HEADER_BYTES + frame.payloadBytes))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Up to three bits, each in any of these frames. */
    static BitFlips choose(List<BitFlips.Range> frames, Random random) {
        return BitFlips.among(frames, 1 + random.nextInt(3), random);
    }

    private static List<Frame> frames(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        List<Frame> frames = new ArrayList<>();
        if (bytes.capacity() < SEGMENT_HEADER_BYTES) {
            return frames;
        }
        long id = bytes.getLong(8);
        long incarnation = bytes.getLong(16);
        int at = SEGMENT_HEADER_BYTES;
        while (at + FRAME_HEADER_BYTES <= bytes.capacity()
                && bytes.getInt(at) == FRAME_MAGIC
                && bytes.getLong(at + 8) == incarnation
                && bytes.getLong(at + 16) == id
                && bytes.getInt(at + 44) == crc(bytes, at, 44)) {
            int payload = bytes.getInt(at + 36);
            if (at + FRAME_HEADER_BYTES + (long) payload > bytes.capacity()
                    || bytes.getInt(at + 40) != crc(bytes, at + FRAME_HEADER_BYTES, payload)) {
                break;
            }
            frames.add(
                    new Frame(file, at, bytes.getInt(at + 4), bytes.getLong(at + 24), bytes.getInt(at + 32), payload));
            at += FRAME_HEADER_BYTES + ((payload + 7) & -8);
        }
        return frames;
    }

    private static int crc(ByteBuffer source, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(source.array(), offset, length);
        return (int) crc.getValue();
    }
}
