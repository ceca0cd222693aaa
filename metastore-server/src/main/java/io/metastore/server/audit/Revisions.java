package io.metastore.server.audit;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.metastore.api.rpc.ResponseHeader;
import java.io.IOException;

/** Finds the revision in the header of an answer; 0 where there is none. */
final class Revisions {
    private static final int HEADER_FIELD = 1;
    private static final int REVISION_TAG = ResponseHeader.REVISION_FIELD_NUMBER << 3;

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

    /**
     * The revision in a header as it is sent.
     *
     * @param headerField with tag and length; may be empty
     */
    static long of(byte[] headerField) {
        CodedInputStream in = CodedInputStream.newInstance(headerField);
        try {
            if (in.readTag() == 0) {
                return 0;
            }
            in.readUInt32();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == REVISION_TAG) {
                    return in.readInt64();
                }
                in.skipField(tag);
            }
        } catch (IOException notAHeader) {
            return 0;
        }
        return 0;
    }
}
