package io.metastore.storage.mvcc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** The bytes of a response message after its header field. Immutable; made of stored bytes, nothing parsed. */
public interface ResponseBody {

    ResponseBody EMPTY = new BodyBuilder().build();

    int size();

    void writeTo(OutputStream target) throws IOException;

    /** All of it in one piece: for tests, and for those who want to parse it. */
    default byte[] toByteArray() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(size());
        try {
            writeTo(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
