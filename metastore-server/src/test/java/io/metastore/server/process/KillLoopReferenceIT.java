package io.metastore.server.process;

/** etcd passes the kill loop: otherwise its checkers are wrong about etcd. */
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
