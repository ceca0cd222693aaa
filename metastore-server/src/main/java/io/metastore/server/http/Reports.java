package io.metastore.server.http;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Answers requests for what is below {@value #PATH_PREFIX}, which etcd does not have. */
public interface Reports {
    String PATH_PREFIX = "/metastore/";

    /** An answer with the status of HTTP. */
    record Answer(int status, String contentType, String body) {}

    /**
     * Completes with the answer, which is not made on the calling thread, an event loop, if that takes long; does not fail.
     *
     * @param authorization the header of that name, a token; null if there is none
     */
    CompletableFuture<Answer> answer(String path, Map<String, List<String>> parameters, @Nullable String authorization);
}
