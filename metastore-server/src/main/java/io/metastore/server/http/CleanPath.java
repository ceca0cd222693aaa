package io.metastore.server.http;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as Go's HTTP server wants them: without empty and dotted parts (Go: net/http cleanPath). */
final class CleanPath {
    private CleanPath() {}

    /**
     * The path to send a client to, which is the path itself if there is nothing wrong with it.
     *
     * @param path absolute, still escaped, without query
     */
    static String of(String path) {
        if (path.equals("/v3")) {
            return "/v3/"; // there is something below it
        }
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        String clean = "/" + String.join("/", parts);
        return path.endsWith("/") && !clean.equals("/") ? clean + "/" : clean;
    }
}
