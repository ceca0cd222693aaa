package io.metastore.server.config;

import java.util.List;

/**
 * What is shown of a member beside what it does.
 *
 * @param extensiveMetrics whether calls are timed too (etcd: --metrics=extensive; any other value means basic)
 * @param features as they are switched
 */
public record Monitoring(boolean extensiveMetrics, List<FeatureGates.State> features) {
    public Monitoring {
        features = List.copyOf(features);
    }

    static Monitoring from(Options options) {
        String gates = options.get(Flag.FEATURE_GATES);
        return new Monitoring(
                options.get(Flag.METRICS).equals("extensive"),
                FeatureGates.problemWith(gates).isPresent()
                        ? List.of()
                        : FeatureGates.parse(gates).states());
    }
}
