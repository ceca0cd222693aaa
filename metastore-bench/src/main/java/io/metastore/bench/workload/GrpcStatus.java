package io.metastore.bench.workload;

import java.util.List;

/** The names of gRPC's status codes. */
final class GrpcStatus {
    static final String UNAVAILABLE = "UNAVAILABLE";

    private static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            UNAVAILABLE,
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private GrpcStatus() {}

    static String nameOf(int code) {
        return code >= 0 && code < NAMES.size() ? NAMES.get(code) : "CODE_" + code;
    }
}
