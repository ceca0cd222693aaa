package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import io.grpc.Channel;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.LogConfig;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.logging.LogSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whoever may read the log may not thereby act for a user. */
@Timeout(60)
class SecretsInLogsTest {
    @TempDir
    Path directory;

    @AfterEach
    void logAsTestsDo() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback-test.xml"));
    }

    @Test
    void noPasswordTokenOrHashIsLoggedAtAnyLevel() throws Exception {
        Path log = directory.resolve("log");
        LogSetup.apply(new LogConfig("debug", LogConfig.Format.JSON, List.of(log.toString()), Optional.empty()));
        String token;
        try (MetaStoreServer server = MetaStoreServer.builder()
                .dataDir(directory.resolve("data"))
                .engine(StorageEngine.ROCKSDB)
                .build()
                .start()) {
            Channel channel = server.channel();
            AuthFixture users = new AuthFixture(channel).setUp().enable();
            token = users.token("alice", AuthFixture.ALICE_PASSWORD);
            AuthFixture.put(users.as(token), "a");
            // What goes wrong is logged more readily than what works.
            assertThat(AuthFixture.failure(() -> users.token("alice", "wrong-secret")))
                    .isNotEqualTo("OK");
            assertThat(AuthFixture.failure(() -> AuthFixture.put(users.as(token + "-forged"), "a")))
                    .isNotEqualTo("OK");
            assertThat(AuthFixture.failure(() -> AuthFixture.put(users.as(token), "z")))
                    .isNotEqualTo("OK");
            var changed = users.auth()
                    .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("alice")
                            .setPassword("changed-secret")
                            .build());
            assertThat(changed.hasHeader()).isTrue();
        }

        String logged = Files.readString(log);
        assertThat(logged).contains("published local member to cluster through raft");
        assertThat(logged)
                .doesNotContain(
                        AuthFixture.ROOT_PASSWORD,
                        AuthFixture.ALICE_PASSWORD,
                        "wrong-secret",
                        "changed-secret",
                        token,
                        "$2a$",
                        "$2b$");
    }
}
