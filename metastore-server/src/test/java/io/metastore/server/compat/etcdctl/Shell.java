package io.metastore.server.compat.etcdctl;

import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.server.process.ProcessMember;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * etcdctl at one server, with what is the server's own taken out of all that is printed: ids, addresses, terms, sizes,
 * times, the patch number of its version. A word in braces among the arguments, such as {@code {lease}}, stands for what a
 * former command printed.
 */
final class Shell {

    private static final Pattern LEASE_GRANTED = Pattern.compile("lease ([0-9a-f]+) granted with TTL");

    /** A character that tables are drawn with, U+2500 to U+253F, by its bytes: what is printed need not be text. */
    private static final String BOX = "\u00e2\u0094[\u0080-\u00bf]";

    private final Etcdctl etcdctl;
    private final Map<String, String> own = new LinkedHashMap<>();
    private final Map<String, String> remembered = new LinkedHashMap<>();

    Shell(Path binary, ProcessMember member, Path directory) {
        this.etcdctl = new Etcdctl(binary, member.endpoint(), directory);
        var channel = member.channel();
        var header = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .withWaitForReady()
                .status(StatusRequest.getDefaultInstance())
                .getHeader();
        channel.shutdownNow();
        own.put(member.clientUrl(), "<client-url>");
        own.put(member.peerUrl(), "<peer-url>");
        own.put(member.endpoint(), "<endpoint>");
        id("member", header.getMemberId());
        id("cluster", header.getClusterId());
    }

    Etcdctl.Result run(String input, List<String> arguments) {
        Etcdctl.Result result = etcdctl.run(withRemembered(arguments), input);
        Matcher granted = LEASE_GRANTED.matcher(result.out());
        if (granted.find()) {
            remembered.put("{lease}", granted.group(1));
            id("lease", Long.parseUnsignedLong(granted.group(1), 16));
        }
        return masked(result);
    }

    Etcdctl.Running start(List<String> arguments) {
        return etcdctl.start(withRemembered(arguments));
    }

    Etcdctl.Result masked(Etcdctl.Result result) {
        return new Etcdctl.Result(result.exitCode(), mask(result.out()), mask(result.err()));
    }

    private void id(String name, long id) {
        own.put(Long.toUnsignedString(id), "<" + name + ">");
        // With its zeros first: without them it is a part of that.
        own.put("%016x".formatted(id), "<" + name + "-hex>");
        own.put(Long.toHexString(id), "<" + name + "-hex>");
    }

    private List<String> withRemembered(List<String> arguments) {
        return arguments.stream()
                .map(argument -> {
                    String filled = argument;
                    for (Map.Entry<String, String> each : remembered.entrySet()) {
                        filled = filled.replace(each.getKey(), each.getValue());
                    }
                    return filled;
                })
                .toList();
    }

    private String mask(String text) {
        String masked = text;
        for (Map.Entry<String, String> each : own.entrySet()) {
            masked = masked.replace(each.getKey(), each.getValue());
        }
        return withoutWidths(masked
                // -w json and -w fields
                .replaceAll("\"(raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse)\":\\d+", "\"$1\":#")
                .replaceAll("\"(RaftTerm|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse)\" : \\d+", "\"$1\" : #")
                .replaceAll("\"version\":\"3\\.7\\.\\d+\"", "\"version\":\"3.7.x\"")
                .replaceAll("\"Version\" : \"3\\.7\\.\\d+\"", "\"Version\" : \"3.7.x\"")
                // durations, "took 3.4ms" and "took = 3.4ms" and "took":"3.4ms"
                .replaceAll("took( = |\":\"| )[0-9.µmns]+", "took$1#")
                .replaceAll("remaining\\(\\d+s\\)", "remaining(#s)")
                .replaceAll("\"ttl\":\\d+", "\"ttl\":#")
                .replaceAll("\"TTL\" : \\d+", "\"TTL\" : #")
                // etcdctl's own log lines on stderr
                .replaceAll("\"ts\":\"[^\"]*\"", "\"ts\":#")
                .replaceAll("0x[0-9a-f]+", "0x#")
                .replaceAll("LocalAddr: '[^']*'", "LocalAddr: #")
                // endpoint status, one line: version, sizes, quota, leader, learner, term, indexes
                .replaceAll(
                        "(?m)^(<endpoint>, <member-hex>, )3\\.7\\.\\d+, ([^,]*), [^,]*, [^,]*, [^,]*, ([^,]*, [^,]*, [^,]*),"
                                + " \\d+, \\d+, \\d+,",
                        "$1#, $2, #, #, #, $3, #, #, #,")
                // endpoint status, table: the same columns, and what is left is as wide as it was
                .replaceAll("(?m)^\\| +<endpoint> \\|.*\\|$", "| status |"));
    }

    /** Tables are as wide as an id, which may begin with zeros that are not printed. */
    static String withoutWidths(String printed) {
        return printed.replaceAll("[-+]{5,}|(?:" + BOX + "){5,}", "-----")
                .replaceAll("(?<=" + BOX + ") +| +(?=" + BOX + ")", " ");
    }
}
