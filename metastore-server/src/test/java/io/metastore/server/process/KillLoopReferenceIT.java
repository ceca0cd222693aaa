package io.metastore.server.process;

import org.junit.jupiter.api.Tag;

/** etcd passes the kill loop: otherwise its checkers are wrong about etcd. */
@Tag("slow")
class KillLoopReferenceIT extends KillLoopContract {

    @Override
    Program program() {
        return Binaries.etcd();
    }

    @Override
    int kills() {
        return Integer.getInteger("kills", 5);
    }
}
