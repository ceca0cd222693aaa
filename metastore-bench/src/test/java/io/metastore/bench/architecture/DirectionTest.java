package io.metastore.bench.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom in this module: load tests speak to any etcd, so they know the wire protocol and nothing of ours. */
@AnalyzeClasses(packages = "io.metastore.bench", importOptions = DoNotIncludeTests.class)
class DirectionTest {
    private static final String BENCHMARKS = "io.metastore.bench.jmh..";

    @ArchTest
    static final ArchRule loadKnowsTheWireOnly = noClasses()
            .that()
            .resideOutsideOfPackage(BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.metastore.api..",
                    "io.metastore.raft..",
                    "io.metastore.storage..",
                    "io.metastore.server..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "org.openjdk.jmh..",
                    BENCHMARKS);

    @ArchTest
    static final ArchRule benchmarksLeaveRaftAndRocksDbToTheirModules = noClasses()
            .that()
            .resideInAPackage(BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.metastore.raft..",
                    "com.alipay.sofa..",
                    "org.rocksdb..",
                    "io.metastore.bench.load..",
                    "io.metastore.bench.compare..",
                    "io.metastore.bench.http2..");
}
