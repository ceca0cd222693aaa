package io.metastore.raft;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;

/** Gives jraft our log in place of its own. */
final class JraftServices extends DefaultJRaftServiceFactory {

    private final LogStorage log;

    JraftServices(LogStorage log) {
        this.log = log;
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        return log;
    }
}
