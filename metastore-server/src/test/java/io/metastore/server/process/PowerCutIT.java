package io.metastore.server.process;

/** Power cuts of the packaged server's disk; {@code -Dcuts=} sets how many. */
class PowerCutIT extends PowerCutContract {

    @Override
    Program program() {
        return Binaries.metastore();
    }

    @Override
    int cuts() {
        return Integer.getInteger("cuts", 4);
    }
}
