package io.metastore.server.process;

/** The kill loop on the packaged server; {@code -Dkills=} sets its length. */
class KillLoopIT extends KillLoopContract {

    @Override
    Program program() {
        return Binaries.metastore();
    }

    @Override
    int kills() {
        return Integer.getInteger("kills", 15);
    }
}
