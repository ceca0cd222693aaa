package io.metastore.server.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.metastore", importOptions = DoNotIncludeTests.class)
class DirectionTest {

    @ArchTest
    static final ArchRule packagesOfStorageFormNoCycle =
            slices().matching("io.metastore.storage.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheServerFormNoCycle =
            slices().matching("io.metastore.server.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyRaftSpeaksJraft = noClasses()
            .that()
            .resideOutsideOfPackage("io.metastore.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.alipay.sofa.jraft..");

    @ArchTest
    static final ArchRule onlyTheEngineSpeaksRocksDb = noClasses()
            .that()
            .resideOutsideOfPackages("io.metastore.storage.engine..", "io.metastore.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule raftKnowsNoKeys = noClasses()
            .that()
            .resideInAPackage("io.metastore.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.metastore.storage..", "io.metastore.server..", "io.metastore.api..");

    @ArchTest
    static final ArchRule storageKnowsNeitherRaftNorServer = noClasses()
            .that()
            .resideInAPackage("io.metastore.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.metastore.raft..", "io.metastore.server..", "io.grpc..", "io.netty..");

    @ArchTest
    static final ArchRule onlyReplicationAppliesAndProposes = noClasses()
            .that()
            .resideOutsideOfPackages("io.metastore.server.replication..", "io.metastore.raft..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.metastore.raft.Proposal")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.metastore.raft.CommittedEntry");

    @ArchTest
    static final ArchRule nobodyReadsJavaObjects =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream");

    @ArchTest
    static final ArchRule onlyTheProcessKnowsItsLogBackend = noClasses()
            .that()
            .resideOutsideOfPackage("io.metastore.server.logging..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ch.qos.logback..");

    @ArchTest
    static final ArchRule onlyMainSetsUpTheProcess = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.metastore.server.Main")
            .and()
            .resideOutsideOfPackages("io.metastore.server.logging..", "io.metastore.server.systemd..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.metastore.server.logging..", "io.metastore.server.systemd..");

    @ArchTest
    static final ArchRule onlyTheExtensionKnowsJUnit = noClasses()
            .that()
            .resideOutsideOfPackage("io.metastore.testing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.junit..");
}
