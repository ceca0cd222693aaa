package io.metastore.server.peer;

import io.metastore.api.EtcdError;
import io.metastore.api.peer.PeerFailure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Why a call to another member came to nothing. No stack trace. */
public final class PeerException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What that proves. */
    public enum Kind {
        /** It never left: nothing was done. */
        NOT_SENT,
        /** Nothing was done: who was called does not lead. */
        NOT_LEADER,
        /** Nothing was done: too much is on its way there. */
        BUSY,
        /** Nothing was done; the message is the name of an {@link io.metastore.api.EtcdError}. */
        ETCD_ERROR,
        /** It may have been done, or may yet be. */
        UNKNOWN
    }

    private final Kind kind;

    public PeerException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The error of the catalogue that this is; null if it is none, or none that this release knows. */
    public @Nullable EtcdError etcdError() {
        if (kind != Kind.ETCD_ERROR) {
            return null;
        }
        return Arrays.stream(EtcdError.values())
                .filter(error -> error.name().equals(getMessage()))
                .findFirst()
                .orElse(null);
    }

    static PeerException of(PeerFailure failure) {
        return new PeerException(
                switch (failure.getKind()) {
                    case NOT_LEADER -> Kind.NOT_LEADER;
                    case BUSY -> Kind.BUSY;
                    case ETCD_ERROR -> Kind.ETCD_ERROR;
                    case UNKNOWN, UNRECOGNIZED -> Kind.UNKNOWN;
                },
                failure.getMessage());
    }

    PeerFailure toProto() {
        PeerFailure.Kind told =
                switch (kind) {
                    case NOT_LEADER -> PeerFailure.Kind.NOT_LEADER;
                    case BUSY -> PeerFailure.Kind.BUSY;
                    case ETCD_ERROR -> PeerFailure.Kind.ETCD_ERROR;
                    case NOT_SENT, UNKNOWN -> PeerFailure.Kind.UNKNOWN;
                };
        return PeerFailure.newBuilder()
                .setKind(told)
                .setMessage(String.valueOf(getMessage()))
                .build();
    }
}
