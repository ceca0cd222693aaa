package io.metastore.storage.backup;

import io.metastore.storage.cluster.Member;
import java.util.List;
import java.util.stream.Collectors;

/** Members as etcd stores them: in Go's JSON (etcd: membership/member.go, raftpb.ConfState). */
final class ClusterJson {
    private ClusterJson() {}

    static String member(Member member) {
        StringBuilder json = new StringBuilder("{\"id\":")
                .append(Long.toUnsignedString(member.id()))
                .append(",\"peerURLs\":")
                .append(texts(member.peerUrls()));
        if (member.learner()) {
            json.append(",\"isLearner\":true");
        }
        if (!member.name().isEmpty()) {
            json.append(",\"name\":").append(text(member.name()));
        }
        if (!member.clientUrls().isEmpty()) {
            json.append(",\"clientURLs\":").append(texts(member.clientUrls()));
        }
        return json.append('}').toString();
    }

    /** A downgrade that is under way (etcd: version/downgrade.go, DowngradeInfo). */
    static String downgrade(String target) {
        return "{\"target-version\":" + text(target) + ",\"enabled\":true}";
    }

    /** Who votes and who learns. */
    static String configuration(List<Member> members) {
        StringBuilder json = new StringBuilder("{\"voters\":").append(ids(members, false));
        if (members.stream().anyMatch(Member::learner)) {
            json.append(",\"learners\":").append(ids(members, true));
        }
        return json.append(",\"auto_leave\":false}").toString();
    }

    private static String ids(List<Member> members, boolean learners) {
        return members.stream()
                .filter(member -> member.learner() == learners)
                .map(member -> Long.toUnsignedString(member.id()))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String texts(List<String> texts) {
        return texts.stream().map(ClusterJson::text).collect(Collectors.joining(",", "[", "]"));
    }

    private static String text(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
