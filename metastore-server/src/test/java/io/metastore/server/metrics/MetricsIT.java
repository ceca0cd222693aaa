package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.metastore.server.metrics.Scrape.Family;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real etcd shows after some calls, and what the packaged server shows after the same. */
@Tag("compat")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MetricsIT {
    @TempDir
    Path directory;

    @Test
    void familiesTypesLabelsAndBucketsAreThoseOfARealEtcd() throws Exception {
        Map<String, Family> expected = families(Binaries.etcd(), "etcd");
        Map<String, Family> here = families(Binaries.metastore(), "metastore");

        Map<String, Family> listed = new TreeMap<>(EtcdMetrics.families());
        listed.keySet().retainAll(expected.keySet());
        assertThat(listed).as("what is written down of etcd").containsExactlyInAnyOrderEntriesOf(expected);
        for (String name : new TreeSet<>(expected.keySet())) {
            if (EtcdMetrics.isAbsent(name)) {
                expected.remove(name);
            }
        }
        here.keySet().removeIf(name -> name.startsWith("metastore_"));
        assertThat(here).containsExactlyInAnyOrderEntriesOf(expected);
    }

    private Map<String, Family> families(Program program, String name) throws Exception {
        Program extensive = program.withFlags("--unsafe-no-fsync", "--metrics=extensive");
        try (ProcessMember member = new ProcessMember(extensive, directory.resolve(name)).start()) {
            ManagedChannel channel = member.channel();
            try {
                AllKindsOfCalls.make(channel, member.endpoint());
                return new TreeMap<>(Scrape.of(member.endpoint()).families());
            } finally {
                channel.shutdownNow();
            }
        }
    }
}
