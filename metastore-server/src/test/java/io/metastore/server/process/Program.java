package io.metastore.server.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What to start as a member: a command that takes etcd's flags, and the environment it gets besides PATH. */
public record Program(String name, List<String> command, Map<String, String> environment) {

    public Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    static Program of(String name, Path binary) {
        return new Program(name, List.of(binary.toString()), Map.of());
    }

    public Program withFlags(String... flags) {
        List<String> longer = new ArrayList<>(command);
        longer.addAll(List.of(flags));
        return new Program(name, longer, environment);
    }

    public Program withEnvironment(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new Program(name, command, more);
    }
}
