package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.server.config.Listener.Traffic;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class ListenersTest {
    private static FrontDoor door(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--advertise-client-urls=http://127.0.0.1:1");
        return ServerConfig.from(Options.of(Arguments.parse(all), Map.of())).front();
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    @Test
    void oneAddressServesBothSchemes() throws Exception {
        assertThat(door(
                                "--listen-client-urls=http://127.0.0.1:1,https://127.0.0.1:1,https://127.0.0.1:2",
                                "--cert-file=c",
                                "--key-file=k")
                        .listeners())
                .containsExactly(
                        new Listener(at(1), true, true, Traffic.GRPC_AND_HTTP),
                        new Listener(at(2), false, true, Traffic.GRPC_AND_HTTP));
    }

    @Test
    void urlsForHttpLeaveGrpcAloneOnTheOthers() throws Exception {
        assertThat(door(
                                "--listen-client-urls=http://127.0.0.1:1",
                                "--listen-client-http-urls=http://127.0.0.1:2",
                                "--listen-metrics-urls=http://127.0.0.1:3")
                        .listeners())
                .containsExactly(
                        new Listener(at(1), true, false, Traffic.GRPC),
                        new Listener(at(2), true, false, Traffic.HTTP),
                        new Listener(at(3), true, false, Traffic.METRICS));
    }

    @Test
    void unixUrlsAreFiles() throws Exception {
        assertThat(door(
                                "--listen-client-urls=unix://localhost:1,unixs:///run/m.sock,unix:///run/m.sock,http://127.0.0.1:1",
                                "--cert-file=c",
                                "--key-file=k")
                        .listeners())
                .containsExactly(
                        new Listener(UnixDomainSocketAddress.of("localhost:1"), true, false, Traffic.GRPC_AND_HTTP),
                        new Listener(UnixDomainSocketAddress.of("/run/m.sock"), true, true, Traffic.GRPC_AND_HTTP),
                        new Listener(at(1), true, false, Traffic.GRPC_AND_HTTP));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --listen-client-urls=https://127.0.0.1:1  | TLS key/cert (--cert-file, --key-file) must be provided
            --listen-metrics-urls=https://127.0.0.1:1 | client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url
            --listen-metrics-urls=http://example.com:1 | expected IP
            --listen-client-urls=unixs://localhost:1  | TLS key/cert (--cert-file, --key-file) must be provided
            --listen-client-urls=unix:a               | URL does not name a socket
            --listen-client-urls=ftp://127.0.0.1:1    | URL scheme must be http, https, unix, or unixs
            --listen-peer-urls=unix://localhost:1     | URL scheme must be http or https
            --cert-file=c                             | must both be present or both absent
            --cipher-suites=TLS_NO_SUCH               | unexpected TLS cipher suite "TLS_NO_SUCH"
            --tls-min-version=TLS1.1                  | unexpected TLS version "TLS1.1"
            --tls-max-version=x                       | unexpected TLS version "x"
            --tls-min-version=TLS1.3 --tls-max-version=TLS1.2 | is greater than max version
            """)
    void whatMakesNoSenseIsRefused(String arguments, String reason) {
        assertThatThrownBy(() -> door(arguments.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(reason);
    }
}
