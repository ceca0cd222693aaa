package io.metastore.bench.http2;

import java.util.Arrays;

/**
 * The client's side of one call: finds messages in the data and is told how the call ended. One object may serve many
 * calls, one after another. Lives on the connection's event loop; a callback must not block, and bytes it is given are
 * only good during the call.
 */
public abstract class GrpcStream {
    private static final int PREFIX_BYTES = 5;

    // Owned by the connection.
    int id;
    long sendWindow;
    long receivedBytes;
    int httpStatus;

    private byte[] partial = new byte[0];
    private int partialSize;
    /** Bytes still to come of a message that is not kept. */
    private int skipping;

    /** A whole message. */
    protected abstract void onMessage(byte[] bytes, int offset, int length);

    /** The call is over: 0 is OK. */
    protected abstract void onClosed(int grpcStatus, String message);

    /** False: messages are only measured, and {@link #onSkipped} is told their length. */
    protected boolean keepsMessages() {
        return true;
    }

    /** A message that was not kept begins; it is counted before its last byte is here. */
    protected void onSkipped(int length) {}

    void reset(int newId, long newSendWindow) {
        id = newId;
        sendWindow = newSendWindow;
        receivedBytes = 0;
        httpStatus = 0;
        partialSize = 0;
        skipping = 0;
    }

    boolean endsInsideMessage() {
        return partialSize > 0 || skipping > 0;
    }

    void data(byte[] bytes, int offset, int length) {
        if (!keepsMessages()) {
            skip(bytes, offset, length);
        } else if (partialSize > 0) {
            append(bytes, offset, length);
            int consumed = messages(partial, 0, partialSize);
            keepRest(partial, consumed, partialSize - consumed);
        } else {
            int consumed = messages(bytes, offset, length);
            keepRest(bytes, offset + consumed, length - consumed);
        }
    }

    private int messages(byte[] bytes, int offset, int length) {
        int at = 0;
        while (length - at >= PREFIX_BYTES) {
            int size = messageBytes(bytes, offset + at);
            if (length - at - PREFIX_BYTES < size) {
                break;
            }
            onMessage(bytes, offset + at + PREFIX_BYTES, size);
            at += PREFIX_BYTES + size;
        }
        return at;
    }

    private void skip(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int step = Math.min(skipping, end - at);
            skipping -= step;
            at += step;
            if (at == end) {
                return;
            }
            int missing = Math.min(PREFIX_BYTES - partialSize, end - at);
            append(bytes, at, missing);
            at += missing;
            if (partialSize == PREFIX_BYTES) {
                skipping = messageBytes(partial, 0);
                partialSize = 0;
                onSkipped(skipping);
            }
        }
    }

    private static int messageBytes(byte[] bytes, int at) {
        if (bytes[at] != 0) {
            throw new Http2Exception("compressed message, although none was asked for");
        }
        int size = Frames.uint32(bytes, at + 1);
        if (size < 0) {
            throw new Http2Exception("message of " + Integer.toUnsignedString(size) + " bytes");
        }
        return size;
    }

    private void append(byte[] bytes, int offset, int length) {
        if (partialSize + length > partial.length) {
            partial = Arrays.copyOf(partial, Math.max(partialSize + length, partial.length * 2));
        }
        System.arraycopy(bytes, offset, partial, partialSize, length);
        partialSize += length;
    }

    private void keepRest(byte[] bytes, int offset, int length) {
        partialSize = 0;
        if (length > 0) {
            append(bytes, offset, length);
        }
    }
}
