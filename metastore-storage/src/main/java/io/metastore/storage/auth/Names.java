package io.metastore.storage.auth;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/** Names of users and roles: as etcd has them, in the order of their UTF-8 bytes. */
final class Names {
    /** The user and the role that cannot be done without, and the only role that may administer. */
    static final String ROOT = "root";

    static final Comparator<String> ORDER =
            Comparator.comparing(ByteString::copyFromUtf8, ByteString.unsignedLexicographicalComparator());

    private Names() {}
}
