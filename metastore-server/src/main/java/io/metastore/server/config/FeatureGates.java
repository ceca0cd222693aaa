package io.metastore.server.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Features that are switched by name (etcd: server/features, pkg/featuregate). */
public final class FeatureGates {
    private static final String ALL_ALPHA = "AllAlpha";
    private static final String ALL_BETA = "AllBeta";
    private static final String ALPHA = "ALPHA";
    private static final String BETA = "BETA";

    /** A gate of etcd 3.7. */
    public enum Gate {
        COMPACT_HASH_CHECK("CompactHashCheck", false, FlagEffect.SERVED),
        FAST_LEASE_KEEP_ALIVE("FastLeaseKeepAlive", true, FlagEffect.none("keep-alives are always answered at once")),
        INITIAL_CORRUPT_CHECK("InitialCorruptCheck", false, FlagEffect.SERVED),
        LEASE_CHECKPOINT("LeaseCheckpoint", false, FlagEffect.SERVED),
        LEASE_CHECKPOINT_PERSIST(
                "LeaseCheckpointPersist", false, FlagEffect.none("checkpoints are always part of the state")),
        PRIORITY_REQUEST("PriorityRequest", false, FlagEffect.none("all requests are of one priority")),
        SET_MEMBER_LOCAL_ADDR(
                "SetMemberLocalAddr",
                false,
                FlagEffect.none("the system chooses the address from which a member calls")),
        STOP_GRPC_SERVICE_ON_DEFRAG(
                "StopGRPCServiceOnDefrag", false, FlagEffect.none("a defragmentation does not stop anything")),
        TXN_MODE_WRITE_WITH_SHARED_BUFFER(
                "TxnModeWriteWithSharedBuffer", true, FlagEffect.none("the state is not kept in bbolt"));

        private final String gateName;
        private final boolean byDefault;
        private final FlagEffect effect;

        Gate(String gateName, boolean byDefault, FlagEffect effect) {
            this.gateName = gateName;
            this.byDefault = byDefault;
            this.effect = effect;
        }

        public String gateName() {
            return gateName;
        }

        public boolean byDefault() {
            return byDefault;
        }

        FlagEffect effect() {
            return effect;
        }

        /** In etcd 3.7 what is on by default is beta, all else alpha. */
        private boolean beta() {
            return byDefault;
        }
    }

    /**
     * A gate, or a group of them, as it is switched.
     *
     * @param stage ALPHA or BETA
     */
    public record State(String name, String stage, boolean on) {}

    private final Map<Gate, Boolean> switched;
    private final Map<String, Boolean> groups;

    private FeatureGates(Map<Gate, Boolean> switched, Map<String, Boolean> groups) {
        this.groups = groups;
        this.switched = switched;
    }

    /** What is wrong with the text, in etcd's words; empty if nothing is. */
    static Optional<String> problemWith(String text) {
        try {
            parse(text);
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }

    /** Reads {@code Name=true,...}; a gate that is named itself has what is said of it, whatever its group has. */
    static FeatureGates parse(String text) {
        Map<String, Boolean> named = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = (equals < 0 ? part : part.substring(0, equals)).trim();
            if (equals < 0) {
                throw new IllegalArgumentException("missing bool value for " + name);
            }
            String value = part.substring(equals + 1).trim();
            named.put(
                    name,
                    FlagKind.asBool(value)
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "invalid value of %s=%s, err: strconv.ParseBool: parsing \"%s\": invalid syntax"
                                            .formatted(name, value, value))));
        }
        Map<Gate, Boolean> switched = new EnumMap<>(Gate.class);
        named.forEach((name, on) -> {
            if (name.equals(ALL_ALPHA) || name.equals(ALL_BETA)) {
                for (Gate gate : Gate.values()) {
                    if (gate.beta() == name.equals(ALL_BETA)) {
                        switched.putIfAbsent(gate, on);
                    }
                }
            }
        });
        named.forEach((name, on) -> {
            if (!name.equals(ALL_ALPHA) && !name.equals(ALL_BETA)) {
                switched.put(gateNamed(name), on);
            }
        });
        named.keySet().retainAll(List.of(ALL_ALPHA, ALL_BETA));
        return new FeatureGates(switched, named);
    }

    private static Gate gateNamed(String name) {
        for (Gate gate : Gate.values()) {
            if (gate.gateName.equals(name)) {
                return gate;
            }
        }
        throw new IllegalArgumentException("unrecognized feature gate: " + name);
    }

    /** All gates and groups of etcd 3.7, those without effect too. */
    List<State> states() {
        List<State> states = new ArrayList<>();
        states.add(new State(ALL_ALPHA, ALPHA, groups.getOrDefault(ALL_ALPHA, false)));
        states.add(new State(ALL_BETA, BETA, groups.getOrDefault(ALL_BETA, false)));
        for (Gate gate : Gate.values()) {
            states.add(new State(gate.gateName(), gate.beta() ? BETA : ALPHA, isOn(gate)));
        }
        return states;
    }

    boolean isOn(Gate gate) {
        return switched.getOrDefault(gate, gate.byDefault);
    }
}
