package io.metastore.bench.load;

import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.LoadClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that all loads share. */
public final class LoadOptions {
    @Option(
            names = "--endpoint",
            defaultValue = "127.0.0.1:2379",
            split = ",",
            description = "host:port of the server, or of several members (${DEFAULT-VALUE})")
    List<String> endpoints = List.of();

    @Option(names = "--connections", defaultValue = "4", description = "connections (${DEFAULT-VALUE})")
    int connections;

    @Option(
            names = "--in-flight",
            defaultValue = "50",
            description = "calls in flight, over all connections (${DEFAULT-VALUE})")
    int inFlight;

    @Option(names = "--value-bytes", defaultValue = "256", description = "bytes of a value (${DEFAULT-VALUE})")
    int valueBytes;

    @Option(names = "--keys", defaultValue = "100000", description = "keys of the key space (${DEFAULT-VALUE})")
    int keys;

    @Option(
            names = "--key-prefix",
            defaultValue = "bench/key/",
            description = "what keys begin with (${DEFAULT-VALUE})")
    String keyPrefix = "";

    @Option(names = "--seconds", defaultValue = "10", description = "length of the measurement (${DEFAULT-VALUE})")
    double seconds;

    @Option(names = "--warmup-seconds", defaultValue = "3", description = "load before it (${DEFAULT-VALUE})")
    double warmupSeconds;

    @Option(
            names = "--server-pid",
            split = ",",
            description = "processes whose CPU, also by thread, and memory to show")
    List<Long> serverPids = new ArrayList<>();

    @Option(names = "--fill", description = "put every key of the key space first")
    boolean fill;

    @Option(names = "--json", description = "print the result as JSON")
    boolean json;

    LoadTarget target() {
        if (connections < 1 || connections > 10_000) {
            throw new IllegalArgumentException("connections: " + connections);
        }
        return new LoadTarget(
                new LoadClient(), endpoints.stream().map(Endpoint::parse).toList(), connections, serverPids);
    }

    Loads loads(LoadTarget target) {
        return new Loads(target, new KeySpace(keyPrefix, keys), valueBytes);
    }

    Loads.Plan plan() {
        return new Loads.Plan(inFlight, seconds(warmupSeconds), window());
    }

    Duration window() {
        return seconds(seconds);
    }

    private static Duration seconds(double seconds) {
        if (!(seconds >= 0 && seconds <= 86_400)) {
            throw new IllegalArgumentException("seconds: " + seconds);
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
