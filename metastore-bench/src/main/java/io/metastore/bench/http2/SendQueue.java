package io.metastore.bench.http2;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Messages on their way to the server under its flow control: written at once where the windows allow it, else kept in
 * order until the server opens them. Lives on the connection's event loop.
 */
final class SendQueue {
    private static final class Waiting {
        final GrpcStream stream;
        final int streamId;
        final byte[] data;
        final boolean endsStream;
        int sent;

        Waiting(GrpcStream stream, byte[] data, boolean endsStream) {
            this.stream = stream;
            this.streamId = stream.id;
            this.data = data;
            this.endsStream = endsStream;
        }
    }

    private final ByteSink out;
    private final PeerSettings peer;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long window = Frames.DEFAULT_WINDOW_BYTES;

    SendQueue(ByteSink out, PeerSettings peer) {
        this.out = out;
        this.peer = peer;
    }

    /** Writes one gRPC message in DATA frames of the stream. */
    void send(GrpcStream stream, MessageEncoder encoder, boolean endsStream) {
        int at = out.size();
        out.skip(Frames.HEADER_BYTES + 5);
        encoder.encode(out);
        int length = out.size() - at - Frames.HEADER_BYTES;
        out.set(at + Frames.HEADER_BYTES, 0);
        out.setUint32(at + Frames.HEADER_BYTES + 1, length - 5);
        if (waiting.isEmpty() && length <= window && length <= stream.sendWindow && length <= peer.maxFrameBytes()) {
            Frames.setHeader(out, at, length, Frames.DATA, endsStream ? Frames.END_STREAM : 0, stream.id);
            window -= length;
            stream.sendWindow -= length;
            return;
        }
        byte[] data = new byte[length];
        System.arraycopy(out.array(), at + Frames.HEADER_BYTES, data, 0, length);
        out.truncate(at);
        waiting.add(new Waiting(stream, data, endsStream));
        drain();
    }

    void openWindow(int increment) {
        window += increment;
    }

    void drain() {
        Iterator<Waiting> all = waiting.iterator();
        while (window > 0 && all.hasNext()) {
            Waiting next = all.next();
            if (next.stream.id != next.streamId || write(next)) {
                all.remove();
            }
        }
    }

    private boolean write(Waiting next) {
        while (next.sent < next.data.length) {
            long room = Math.min(Math.min(window, next.stream.sendWindow), peer.maxFrameBytes());
            if (room <= 0) {
                return false;
            }
            int step = (int) Math.min(room, next.data.length - next.sent);
            boolean last = next.sent + step == next.data.length;
            Frames.header(out, step, Frames.DATA, last && next.endsStream ? Frames.END_STREAM : 0, next.streamId);
            out.put(next.data, next.sent, step);
            next.sent += step;
            window -= step;
            next.stream.sendWindow -= step;
        }
        return true;
    }

    /** The stream is over: what waits for it is not sent. */
    void forget(GrpcStream stream) {
        if (!waiting.isEmpty()) {
            waiting.removeIf(w -> w.stream == stream);
        }
    }

    int waiting() {
        return waiting.size();
    }
}
