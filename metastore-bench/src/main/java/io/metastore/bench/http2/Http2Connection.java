package io.metastore.bench.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.IntObjectHashMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a gRPC server. Everything but {@link #ready} belongs to its event loop. Frames that calls write are
 * collected and leave with the next {@link #flush}, which also happens after each read.
 */
public final class Http2Connection extends ChannelInboundHandlerAdapter {
    public static final int STATUS_UNKNOWN = 2;
    public static final int STATUS_UNAVAILABLE = 14;

    private static final int LAST_STREAM_ID = Integer.MAX_VALUE - 1;

    private final String authority;
    private final Access access;
    private final int windowBytes;
    private final CompletableFuture<Http2Connection> ready = new CompletableFuture<>();

    private final ByteSink out = new ByteSink(64 * 1024);
    private final PeerSettings peer = new PeerSettings();
    private final SendQueue sends = new SendQueue(out, peer);
    private final FrameReader frames = new FrameReader(this::onFrame);
    private final ResponseHeaders responseHeaders = new ResponseHeaders();
    private final IntObjectHashMap<GrpcStream> streams = new IntObjectHashMap<>(1024);
    private @Nullable RequestHeaders requestHeaders;
    private @Nullable ChannelHandlerContext context;
    private int nextStreamId = 1;
    private long receivedBytes;
    private @Nullable String lost;
    /** A header block that goes on in CONTINUATION frames. */
    private @Nullable ByteSink openBlock;

    private int openBlockStream;
    private boolean openBlockEndsStream;

    Http2Connection(String authority, Access access, int windowBytes) {
        this.authority = authority;
        this.access = access;
        this.windowBytes = windowBytes;
    }

    /** Completes once the server's settings are known; any thread. */
    CompletableFuture<Http2Connection> ready() {
        return ready;
    }

    /** Why no call can be made here any more; null while all is well. */
    public @Nullable String lost() {
        return lost;
    }

    public long maxConcurrentStreams() {
        return peer.maxConcurrentStreams();
    }

    /** Begins a call that sends one message. False: the connection is lost, and nobody will be called back. */
    public boolean unary(String path, GrpcStream stream, MessageEncoder request) {
        if (!open(path, stream)) {
            return false;
        }
        sends.send(stream, request, true);
        return true;
    }

    /** Begins a call whose messages follow. False: the connection is lost, and nobody will be called back. */
    public boolean open(String path, GrpcStream stream) {
        if (lost != null) {
            return false;
        }
        if (nextStreamId >= LAST_STREAM_ID) {
            lost = "out of stream ids";
            return false;
        }
        int id = nextStreamId;
        nextStreamId += 2;
        stream.reset(id, peer.initialWindowBytes());
        streams.put(id, stream);
        Objects.requireNonNull(requestHeaders, "the server's settings are not here yet")
                .write(out, id, path);
        return true;
    }

    /** One more message of a call that {@link #open} began. */
    public void send(GrpcStream stream, MessageEncoder message) {
        if (streams.get(stream.id) == stream) {
            sends.send(stream, message, false);
        }
    }

    /** Ends the call from our side; it is not called back. */
    public void cancel(GrpcStream stream) {
        if (streams.remove(stream.id) == stream) {
            sends.forget(stream);
            Frames.resetStream(out, stream.id, Frames.ERROR_CANCEL);
        }
    }

    public void flush() {
        ChannelHandlerContext ctx = context;
        if (out.size() > 0 && ctx != null) {
            ByteBuf buffer = ctx.alloc().directBuffer(out.size());
            buffer.writeBytes(out.array(), 0, out.size());
            out.clear();
            var unused = ctx.writeAndFlush(buffer, ctx.voidPromise());
        }
    }

    void close() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            var unused = ctx.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        Frames.opening(out, windowBytes);
        flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            frames.read(in);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lose("connection closed by the server");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lose(cause instanceof Http2Exception ? "protocol error: " + cause.getMessage() : cause.toString());
        var unused = ctx.close();
    }

    private void lose(String why) {
        if (lost == null) {
            lost = why;
        }
        ready.completeExceptionally(new IllegalStateException(authority + ": " + lost));
        endStreamsAbove(0, lost);
    }

    private void endStreamsAbove(int lastId, String why) {
        List<GrpcStream> ended = new ArrayList<>();
        streams.values().forEach(stream -> {
            if (stream.id > lastId) {
                ended.add(stream);
            }
        });
        for (GrpcStream stream : ended) {
            end(stream, STATUS_UNAVAILABLE, why);
        }
    }

    private void onFrame(int type, int flags, int streamId, byte[] bytes, int offset, int length) {
        if (openBlock != null && type != Frames.CONTINUATION) {
            throw new Http2Exception("frame type " + type + " inside a header block");
        }
        switch (type) {
            case Frames.DATA -> onData(flags, streamId, bytes, offset, length);
            case Frames.HEADERS -> onHeaders(flags, streamId, bytes, offset, length);
            case Frames.CONTINUATION -> onContinuation(flags, streamId, bytes, offset, length);
            case Frames.SETTINGS -> onSettings(flags, bytes, offset, length);
            case Frames.WINDOW_UPDATE -> onWindowUpdate(streamId, Frames.uint32(bytes, offset));
            case Frames.PING -> {
                if ((flags & Frames.ACK) == 0) {
                    Frames.pingAck(out, bytes, offset);
                }
            }
            case Frames.RST_STREAM -> {
                GrpcStream stream = streams.get(streamId);
                if (stream != null) {
                    end(stream, STATUS_UNKNOWN, "RST_STREAM, error code " + Frames.uint32(bytes, offset));
                }
            }
            case Frames.GOAWAY -> {
                int lastId = Frames.uint32(bytes, offset) & 0x7fffffff;
                lost = "GOAWAY, error code %d %s"
                        .formatted(
                                Frames.uint32(bytes, offset + 4),
                                new String(bytes, offset + 8, length - 8, StandardCharsets.UTF_8));
                endStreamsAbove(lastId, lost);
            }
            case Frames.PUSH_PROMISE -> throw new Http2Exception("PUSH_PROMISE, although push is off");
            default -> {} // unknown frames are to be ignored
        }
    }

    private void onData(int flags, int streamId, byte[] bytes, int offset, int length) {
        receivedBytes += length;
        if (receivedBytes >= windowBytes / 2) {
            Frames.windowUpdate(out, 0, (int) receivedBytes);
            receivedBytes = 0;
        }
        GrpcStream stream = streams.get(streamId);
        if (stream == null) {
            return;
        }
        int start = padded(flags) ? offset + 1 : offset;
        int padding = padded(flags) ? bytes[offset] & 0xff : 0;
        boolean last = (flags & Frames.END_STREAM) != 0;
        stream.receivedBytes += length;
        if (stream.receivedBytes >= windowBytes / 2 && !last) {
            Frames.windowUpdate(out, streamId, (int) stream.receivedBytes);
            stream.receivedBytes = 0;
        }
        stream.data(bytes, start, offset + length - padding - start);
        if (last) {
            end(stream, STATUS_UNKNOWN, "the server ended the call without a grpc-status");
        }
    }

    private void onHeaders(int flags, int streamId, byte[] bytes, int offset, int length) {
        int start = offset + (padded(flags) ? 1 : 0) + ((flags & Frames.PRIORITY) != 0 ? 5 : 0);
        int end = offset + length - (padded(flags) ? bytes[offset] & 0xff : 0);
        boolean endsStream = (flags & Frames.END_STREAM) != 0;
        if (end < start) {
            throw new Http2Exception("HEADERS of " + length + " bytes");
        }
        if ((flags & Frames.END_HEADERS) != 0) {
            onBlock(streamId, endsStream, bytes, start, end - start);
            return;
        }
        openBlock = new ByteSink(length);
        openBlock.put(bytes, start, end - start);
        openBlockStream = streamId;
        openBlockEndsStream = endsStream;
    }

    private void onContinuation(int flags, int streamId, byte[] bytes, int offset, int length) {
        ByteSink block = openBlock;
        if (block == null || streamId != openBlockStream || block.size() > 256 * 1024) {
            throw new Http2Exception("unexpected CONTINUATION");
        }
        block.put(bytes, offset, length);
        if ((flags & Frames.END_HEADERS) != 0) {
            openBlock = null;
            onBlock(streamId, openBlockEndsStream, block.array(), 0, block.size());
        }
    }

    private void onBlock(int streamId, boolean endsStream, byte[] bytes, int offset, int length) {
        ResponseHeaders.Block block = responseHeaders.decode(bytes, offset, length);
        GrpcStream stream = streams.get(streamId);
        if (stream == null) {
            return;
        }
        if (block.httpStatus() >= 0) {
            stream.httpStatus = block.httpStatus();
        }
        if (!endsStream) {
            return;
        }
        if (block.grpcStatus() < 0) {
            end(stream, STATUS_UNKNOWN, "no grpc-status, HTTP status " + stream.httpStatus);
        } else if (block.grpcStatus() == 0 && stream.endsInsideMessage()) {
            end(stream, STATUS_UNKNOWN, "the call ended inside a message");
        } else {
            end(stream, block.grpcStatus(), block.message());
        }
    }

    private void end(GrpcStream stream, int grpcStatus, String message) {
        streams.remove(stream.id);
        sends.forget(stream);
        stream.onClosed(grpcStatus, message);
    }

    private void onSettings(int flags, byte[] bytes, int offset, int length) {
        if ((flags & Frames.ACK) != 0) {
            return;
        }
        int windowBefore = peer.initialWindowBytes();
        peer.read(bytes, offset, length);
        int change = peer.initialWindowBytes() - windowBefore;
        if (change != 0) {
            streams.values().forEach(stream -> stream.sendWindow += change);
            sends.drain();
        }
        Frames.settingsAck(out);
        if (requestHeaders == null) {
            requestHeaders = new RequestHeaders(authority, access, peer.headerTableBytes());
            flush();
            ready.complete(this);
        }
    }

    private void onWindowUpdate(int streamId, int increment) {
        if (streamId == 0) {
            sends.openWindow(increment);
        } else {
            GrpcStream stream = streams.get(streamId);
            if (stream != null) {
                stream.sendWindow += increment;
            }
        }
        sends.drain();
    }

    private static boolean padded(int flags) {
        return (flags & Frames.PADDED) != 0;
    }
}
