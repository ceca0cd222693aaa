package io.metastore.storage.mvcc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** The bytes of a response message after its header field. Immutable; made of stored bytes, nothing parsed. */
public interface ResponseBody {

    /** Of any message (grpc-go's bound, which is etcd's), less what may stand around the body. */
    int MAX_BYTES = Integer.MAX_VALUE - (64 << 10);

    ResponseBody EMPTY = new BodyBuilder().build();

    /**
     * In bytes. More than {@link #MAX_BYTES} is no message that can be sent: such a body has a size and nothing else, since
     * whoever made it may have been changing the state and had to go on.
     */
    long size();

    void writeTo(OutputStream target) throws IOException;

    /** All of it in one piece: for tests, and for those who want to parse it. */
    default byte[] toByteArray() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(size()));
        try {
            writeTo(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
