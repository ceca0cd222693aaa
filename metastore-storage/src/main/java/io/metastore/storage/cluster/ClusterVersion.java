package io.metastore.storage.cluster;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release as clusters agree on it: without patch (etcd: server/etcdserver/cluster_util.go, convertToClusterVersion). */
public record ClusterVersion(long major, long minor) {
    /** Two numbers, or what go-semver reads: three, of which the rest does not count. */
    private static final Pattern FORMAT = Pattern.compile(
            "([0-9]{1,18})\\.([0-9]{1,18})(?:\\.[0-9]{1,18}(?:-[0-9A-Za-z.-]*)?(?:\\+[0-9A-Za-z.-]*)?)?");

    /** Of "3.6" or "3.6.1"; empty if it is neither. */
    public static Optional<ClusterVersion> parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        return matcher.matches()
                ? Optional.of(new ClusterVersion(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** The release that a cluster of this one may go back to (etcd: version/downgrade.go, allowedDowngradeVersion). */
    public boolean mayGoBackTo(ClusterVersion target) {
        return target.major == major && target.minor == minor - 1;
    }

    /** As it is agreed on, such as "3.6.0". */
    public String full() {
        return brief() + ".0";
    }

    /** As clients are told, such as "3.6". */
    public String brief() {
        return major + "." + minor;
    }
}
