package io.metastore.server.metrics;

import java.util.List;

/** Names of gRPC's status codes as Go writes them, by their number (gRPC: codes.Code). */
public final class StatusCodes {
    private static final List<String> NAMES = List.of(
            "OK",
            "Canceled",
            "Unknown",
            "InvalidArgument",
            "DeadlineExceeded",
            "NotFound",
            "AlreadyExists",
            "PermissionDenied",
            "ResourceExhausted",
            "FailedPrecondition",
            "Aborted",
            "OutOfRange",
            "Unimplemented",
            "Internal",
            "Unavailable",
            "DataLoss",
            "Unauthenticated");

    /** Codes are the numbers below it. */
    public static final int COUNT = NAMES.size();

    private StatusCodes() {}

    public static String nameOf(int code) {
        return NAMES.get(code);
    }
}
