package io.metastore.storage.engine;

/**
 * How much memory outside the heap the engine may use, and how it uses the disk.
 *
 * <p>{@code nativeBytes} bounds cached blocks, their indexes and filters, and the write buffers together;
 * {@code writeBufferBytes} is the part of it for writes that have not reached a file. Values of {@code blobBytes} and more are
 * kept in files of their own.
 */
public record EngineConfig(long nativeBytes, long writeBufferBytes, int blobBytes, int backgroundJobs) {

    private static final long MEBIBYTE = 1 << 20;

    public static final EngineConfig DEFAULT = ofNativeBytes(256 * MEBIBYTE);

    public EngineConfig {
        if (writeBufferBytes < MEBIBYTE || nativeBytes < writeBufferBytes) {
            throw new IllegalArgumentException(
                    "native memory %d bytes, of which write buffers %d: at least 1 MiB of buffers"
                            .formatted(nativeBytes, writeBufferBytes));
        }
        if (blobBytes < 1 || backgroundJobs < 1) {
            throw new IllegalArgumentException(
                    "blob threshold %d, background jobs %d: must be positive".formatted(blobBytes, backgroundJobs));
        }
    }

    /** Splits a budget: half for writes, at most 256 MiB; the rest for reads. */
    public static EngineConfig ofNativeBytes(long nativeBytes) {
        long writeBuffers = Math.min(Math.max(nativeBytes / 2, MEBIBYTE), 256 * MEBIBYTE);
        return new EngineConfig(nativeBytes, writeBuffers, 4096, 2);
    }
}
