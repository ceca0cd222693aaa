package io.metastore.server.grpc;

import com.google.protobuf.CodedOutputStream;
import io.metastore.api.rpc.ResponseHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/** Makes the response header of this member: who answers, in which term, at which revision (etcd: semantics of headers). */
public final class Headers {
    private static final int HEADER_TAG = (1 << 3) | 2;
    private static final int REVISION_TAG = 3 << 3;
    private static final int TERM_TAG = 4 << 3;

    private final long clusterId;
    private final long memberId;
    private final LongSupplier term;
    private final byte[] ids;

    /**
     * @param term the current raft term, read for each answer
     */
    public Headers(long clusterId, long memberId, LongSupplier term) {
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.term = term;
        this.ids = ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .build()
                .toByteArray();
    }

    public long clusterId() {
        return clusterId;
    }

    public long memberId() {
        return memberId;
    }

    public long term() {
        return term.getAsLong();
    }

    /** The header as a message; {@code revision} 0 leaves the field out. */
    public ResponseHeader at(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRevision(revision)
                .setRaftTerm(term())
                .build();
    }

    /** The header as field 1 of a response, tag and length included. */
    public byte[] field(long revision) {
        long raftTerm = term();
        int length = ids.length + varintFieldSize(revision) + varintFieldSize(raftTerm);
        byte[] field = new byte[Reply.fieldSize(1, length)];
        CodedOutputStream out = CodedOutputStream.newInstance(field);
        try {
            out.writeUInt32NoTag(HEADER_TAG);
            out.writeUInt32NoTag(length);
            out.writeRawBytes(ids);
            if (revision != 0) {
                out.writeUInt32NoTag(REVISION_TAG);
                out.writeInt64NoTag(revision);
            }
            if (raftTerm != 0) {
                out.writeUInt32NoTag(TERM_TAG);
                out.writeUInt64NoTag(raftTerm);
            }
        } catch (IOException outOfSpace) {
            throw new UncheckedIOException(outOfSpace);
        }
        return field;
    }

    private static int varintFieldSize(long value) {
        return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
    }
}
