package io.metastore.server.config;

import java.util.List;

/** What the operator set does not make a configuration; says everything that is wrong with it at once. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigException(String problem) {
        super(problem);
    }

    public ConfigException(List<String> problems) {
        super(problems.size() == 1 ? problems.get(0) : "invalid configuration:\n  " + String.join("\n  ", problems));
    }
}
