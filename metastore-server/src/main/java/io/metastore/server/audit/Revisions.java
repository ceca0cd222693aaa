package io.metastore.server.audit;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.metastore.api.rpc.ResponseHeader;

/** Finds the revision in the header of an answer; 0 where there is none. */
final class Revisions {
    private static final int HEADER_FIELD = 1;

    private Revisions() {}

    static long of(Message answer) {
        FieldDescriptor field = answer.getDescriptorForType().findFieldByNumber(HEADER_FIELD);
        return field != null
                        && !field.isRepeated()
                        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && answer.getField(field) instanceof ResponseHeader header
                ? header.getRevision()
                : 0;
    }
}
