package io.metastore.server.grpc;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.metastore.storage.mvcc.ResponseBody;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer as bytes: the header field, then everything behind it, already in wire form.
 *
 * <p>All of etcd's answers have their header in field 1, so header bytes followed by the body that the store assembled
 * from stored bytes are the message.
 */
public final class Reply {
    private final long revision;
    private final byte[] header;
    private final ResponseBody body;

    /**
     * A reply of these parts, which are not copied and must not change.
     *
     * @param header field 1 of the message, tag and length included; may be empty
     */
    public Reply(byte[] header, ResponseBody body) {
        this(0, header, body);
    }

    private Reply(long revision, byte[] header, ResponseBody body) {
        this.revision = revision;
        this.header = header;
        this.body = body;
    }

    /** A reply with a header that tells this revision. */
    static Reply at(long revision, Headers headers, ResponseBody body) {
        return new Reply(revision, headers.field(revision), body);
    }

    /** As its header tells; 0 for a reply that was not made with {@link #at}. */
    long revision() {
        return revision;
    }

    /** In bytes; too many for a message if the body was. */
    public long size() {
        return header.length + body.size();
    }

    void writeTo(OutputStream target) throws IOException {
        target.write(header);
        body.writeTo(target);
    }

    /** The message's bytes in one piece, for those who want to parse it. */
    public byte[] toByteArray() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(size()));
        try {
            writeTo(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static int fieldSize(int tagSize, int length) {
        return tagSize + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }

    /** Replies leave the server only: reading one from the wire is nobody's business here. */
    static final MethodDescriptor.Marshaller<Reply> MARSHALLER = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(Reply reply) {
            return new ReplyStream(reply);
        }

        @Override
        public Reply parse(InputStream stream) {
            throw new UnsupportedOperationException("replies are only written");
        }
    };

    /** Lets gRPC copy the parts straight into the frame; read byte by byte only by the in-process transport. */
    private static final class ReplyStream extends InputStream implements Drainable, KnownLength {
        private @Nullable Reply reply;
        private @Nullable ByteArrayInputStream copy;

        ReplyStream(Reply reply) {
            this.reply = reply;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            if (reply == null) {
                return copy == null ? 0 : (int) copy.transferTo(target);
            }
            int size = Math.toIntExact(reply.size());
            reply.writeTo(target);
            reply = null;
            return size;
        }

        @Override
        public int available() {
            if (reply != null) {
                return Math.toIntExact(reply.size());
            }
            return copy == null ? 0 : copy.available();
        }

        @Override
        public int read() {
            ByteArrayInputStream source = source();
            return source == null ? -1 : source.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            ByteArrayInputStream source = source();
            return source == null ? -1 : source.read(target, offset, length);
        }

        private @Nullable ByteArrayInputStream source() {
            if (reply != null) {
                copy = new ByteArrayInputStream(reply.toByteArray());
                reply = null;
            }
            return copy;
        }
    }
}
