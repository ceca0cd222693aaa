package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are those of etcd 3.7; {@code FlagsIT} compares them with the real one. */
@Timeout(10)
class ArgumentsTest {

    private static Arguments parse(String... line) throws Exception {
        return Arguments.parse(List.of(line));
    }

    private static List<String> warnings(String... line) throws Exception {
        return Options.of(parse(line), Map.of()).warnings();
    }

    @Test
    void flagsAreWrittenAsInGo() throws Exception {
        for (List<String> line : List.of(
                List.of("--name=a=b"),
                List.of("-name=a=b"),
                List.of("--name", "a=b"),
                List.of("-name", "a=b"),
                List.of("--name", "x", "-name", "a=b"),
                List.of("--unsafe-no-fsync", "--name", "a=b", "--"))) {
            assertThat(Arguments.parse(line).values()).containsEntry(Flag.NAME, "a=b");
        }
        assertThat(parse("--name", "--version").values()).containsEntry(Flag.NAME, "--version");
        assertThat(parse("--name=").values()).containsEntry(Flag.NAME, "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --no-such=1                         | flag provided but not defined: -no-such
            -no-such                            | flag provided but not defined: -no-such
            --nam=x                             | flag provided but not defined: -nam
            --name                              | flag needs an argument: -name
            --heartbeat-interval=abc            | invalid value "abc" for flag -heartbeat-interval: parse error
            --max-txn-ops=-1                    | invalid value "-1" for flag -max-txn-ops: parse error
            --quota-backend-bytes=99999999999999999999 | invalid value "99999999999999999999" for flag -quota-backend-bytes: value out of range
            --unsafe-no-fsync=maybe             | invalid boolean value "maybe" for -unsafe-no-fsync: parse error
            --grpc-keepalive-interval=5         | invalid value "5" for flag -grpc-keepalive-interval: parse error
            --feature-gates=Foo=true            | invalid value "Foo=true" for flag -feature-gates: unrecognized feature gate: Foo
            --feature-gates=AllAlpha            | invalid value "AllAlpha" for flag -feature-gates: missing bool value for AllAlpha
            ---name=x                           | bad flag syntax: ---name=x
            --=x                                | bad flag syntax: --=x
            -=                                  | bad flag syntax: -=
            """)
    void aWrongFlagIsAUsageErrorWithGosText(String argument, String text) {
        assertThatThrownBy(() -> parse(argument))
                .isInstanceOf(Arguments.UsageException.class)
                .hasMessage(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "--name|a|x", "--unsafe-no-fsync|x", "--|x", "-|"})
    void whatStandsBehindTheFlagsIsNoFlag(String line) {
        assertThatThrownBy(() -> parse(line.split("\\|")))
                .isInstanceOf(ConfigException.class)
                .hasMessageMatching("\"[x-]\" is not a valid flag");
    }

    @Test
    void helpAndVersionAreAskedForInAnySpelling() throws Exception {
        for (String help : List.of("-h", "--h", "-help", "--help")) {
            assertThat(parse("--name=x", help, "anything").isHelpAsked()).isTrue();
        }
        assertThat(parse("-version").isVersionAsked()).isTrue();
        assertThat(parse("--version=false").isVersionAsked()).isFalse();
    }

    @Test
    void namesOfEarlierReleasesStandForTodays() throws Exception {
        assertThat(parse("--experimental-watch-progress-notify-interval=5s").values())
                .containsEntry(Flag.WATCH_PROGRESS_NOTIFY_INTERVAL, "5s");
        assertThat(warnings("--experimental-watch-progress-notify-interval=5s"))
                .containsExactly("--experimental-watch-progress-notify-interval is called"
                        + " --watch-progress-notify-interval since etcd 3.6");
        assertThat(parse("--experimental-enable-lease-checkpoint", "--experimental-initial-corrupt-check=true")
                        .values())
                .containsEntry(Flag.FEATURE_GATES, "LeaseCheckpoint=true,InitialCorruptCheck=true");
        assertThat(warnings("--enable-v2=true")).singleElement().asString().contains("--enable-v2 has no effect");
        assertThat(warnings("--cluster-active-size=9"))
                .singleElement()
                .asString()
                .contains("has no effect");
    }

    @Test
    void whatHasNoEffectIsSaidToHaveNone() throws Exception {
        assertThat(warnings("--backend-batch-limit=5"))
                .containsExactly("--backend-batch-limit has no effect: the state is not kept in bbolt");
        assertThat(warnings("--feature-gates=InitialCorruptCheck=true,PriorityRequest=true"))
                .containsExactly("feature gate PriorityRequest has no effect: all requests are of one priority");
        assertThat(warnings("--peer-auto-tls", "--peer-trusted-ca-file=x", "--peer-cert-allowed-cn=m1"))
                .containsExactly(
                        "--peer-trusted-ca-file has no effect: --peer-auto-tls verifies nobody",
                        "--peer-cert-allowed-cn has no effect: --peer-auto-tls verifies nobody");
        assertThat(warnings("--peer-trusted-ca-file=x", "--peer-cert-allowed-cn=m1"))
                .isEmpty();
        assertThat(warnings("--max-snapshots=5"))
                .containsExactly("--max-snapshots is deprecated in 3.6 and will be decommissioned in 3.8.");
        assertThat(warnings("--pre-vote", "--compact-hash-check-time=60s", "--backend-batch-limit=0"))
                .as("what is set to its default is what was asked for")
                .isEmpty();
    }

    @Test
    void whatWouldBeWeakerThanAskedForIsRefused() {
        for (Flag flag : Flag.values()) {
            if (flag.effect().kind() != FlagEffect.Kind.REFUSED) {
                continue;
            }
            String other =
                    switch (flag.kind()) {
                        case BOOL -> flag.defaultValue().equals("true") ? "false" : "true";
                        case DURATION -> "77s";
                        default -> "7";
                    };
            assertThatThrownBy(
                            () -> ServerConfig.from(Options.of(parse("--" + flag.flagName() + "=" + other), Map.of())))
                    .as(flag.flagName())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("--" + flag.flagName() + " cannot be set: "
                            + flag.effect().why());
        }
    }

    @Test
    void groupsOfGatesGiveWayToSingleOnes() {
        FeatureGates gates = FeatureGates.parse("LeaseCheckpoint=false,AllAlpha=true,AllBeta=false");

        assertThat(gates.isOn(FeatureGates.Gate.LEASE_CHECKPOINT)).isFalse();
        assertThat(gates.isOn(FeatureGates.Gate.PRIORITY_REQUEST)).isTrue();
        assertThat(gates.isOn(FeatureGates.Gate.FAST_LEASE_KEEP_ALIVE)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ETCD_HEARTBEAT_INTERVAL, abc, invalid value \"abc\" for ETCD_HEARTBEAT_INTERVAL: parse error",
        "ETCD_FEATURE_GATES, Foo=true, invalid value \"Foo=true\" for ETCD_FEATURE_GATES: unrecognized feature gate: Foo"
    })
    void aWrongVariableIsRefusedWithEtcdsText(String variable, String value, String text) {
        assertThatThrownBy(() -> Options.of(parse(), Map.of(variable, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(text);
    }

    @Test
    void everyFlagHasItsVariable() throws Exception {
        for (Flag flag : Flag.values()) {
            if (flag.group() == FlagGroup.START) {
                continue;
            }
            String value =
                    flag.defaultValue().isEmpty() ? flag.kind() == FlagKind.DURATION ? "1s" : "x" : flag.defaultValue();
            if (flag.kind() == FlagKind.GATES) {
                value = "AllBeta=true";
            }
            assertThat(Options.of(parse(), Map.of(flag.environmentName(), value))
                            .get(flag))
                    .isEqualTo(value);
        }
        assertThat(Options.of(parse(), Map.of("ETCD_NAME", "")).isSet(Flag.NAME))
                .isFalse();
        assertThat(Options.of(parse(), Map.of("ETCD_EXPERIMENTAL_MAX_LEARNERS", "2"))
                        .get(Flag.MAX_LEARNERS))
                .isEqualTo("2");
    }
}
