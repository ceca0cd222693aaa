package io.metastore.storage.state;

import com.google.protobuf.MessageLite;
import io.metastore.api.log.AddMember;
import io.metastore.api.log.FoundCluster;
import io.metastore.api.log.KeepOnlyMember;
import io.metastore.api.log.LogCommand;
import io.metastore.api.log.PromoteMember;
import io.metastore.api.log.RemoveMember;
import io.metastore.api.log.UpdateMember;
import io.metastore.storage.cluster.Member;
import org.jspecify.annotations.Nullable;

/** Changes of the member list ↔ log.proto; the part of {@link CommandCodec} that is about them. */
final class MemberChangeCodec {

    private MemberChangeCodec() {}

    /** 0 for a command of another kind. */
    static int fieldOf(Command command) {
        if (command instanceof Command.PublishMember) {
            return LogCommand.PUBLISH_MEMBER_FIELD_NUMBER;
        }
        if (command instanceof Command.FoundCluster) {
            return LogCommand.FOUND_CLUSTER_FIELD_NUMBER;
        }
        if (command instanceof Command.AddMember) {
            return LogCommand.ADD_MEMBER_FIELD_NUMBER;
        }
        if (command instanceof Command.RemoveMember) {
            return LogCommand.REMOVE_MEMBER_FIELD_NUMBER;
        }
        if (command instanceof Command.UpdateMember) {
            return LogCommand.UPDATE_MEMBER_FIELD_NUMBER;
        }
        if (command instanceof Command.PromoteMember) {
            return LogCommand.PROMOTE_MEMBER_FIELD_NUMBER;
        }
        return command instanceof Command.KeepOnlyMember ? LogCommand.KEEP_ONLY_MEMBER_FIELD_NUMBER : 0;
    }

    static MessageLite messageOf(Command command) {
        if (command instanceof Command.PublishMember publish) {
            return publish.member().toProto();
        }
        if (command instanceof Command.FoundCluster found) {
            return FoundCluster.newBuilder()
                    .addAllMembers(found.members().stream().map(Member::toProto).toList())
                    .build();
        }
        if (command instanceof Command.AddMember add) {
            return AddMember.newBuilder()
                    .setMember(add.member().toProto())
                    .setMaxLearners(add.maxLearners())
                    .build();
        }
        if (command instanceof Command.RemoveMember remove) {
            return RemoveMember.newBuilder().setId(remove.id()).build();
        }
        if (command instanceof Command.UpdateMember update) {
            return UpdateMember.newBuilder()
                    .setId(update.id())
                    .addAllPeerUrls(update.peerUrls())
                    .build();
        }
        if (command instanceof Command.PromoteMember promote) {
            return PromoteMember.newBuilder().setId(promote.id()).build();
        }
        if (command instanceof Command.KeepOnlyMember keep) {
            return KeepOnlyMember.newBuilder().setId(keep.id()).build();
        }
        throw new AssertionError("no change of the member list: " + command.getClass());
    }

    static boolean isKnown(LogCommand command) {
        return command.getFoundCluster().getUnknownFields().isEmpty()
                && command.getAddMember().getUnknownFields().isEmpty()
                && command.getRemoveMember().getUnknownFields().isEmpty()
                && command.getUpdateMember().getUnknownFields().isEmpty()
                && command.getPromoteMember().getUnknownFields().isEmpty()
                && command.getKeepOnlyMember().getUnknownFields().isEmpty();
    }

    /** Null for a command of another kind. */
    static @Nullable Command commandOf(LogCommand command) {
        return switch (command.getCommandCase()) {
            case PUBLISH_MEMBER -> new Command.PublishMember(Member.fromProto(command.getPublishMember()));
            case FOUND_CLUSTER ->
                new Command.FoundCluster(command.getFoundCluster().getMembersList().stream()
                        .map(Member::fromProto)
                        .toList());
            case ADD_MEMBER ->
                new Command.AddMember(
                        Member.fromProto(command.getAddMember().getMember()),
                        command.getAddMember().getMaxLearners());
            case REMOVE_MEMBER ->
                new Command.RemoveMember(command.getRemoveMember().getId());
            case UPDATE_MEMBER ->
                new Command.UpdateMember(
                        command.getUpdateMember().getId(),
                        command.getUpdateMember().getPeerUrlsList());
            case PROMOTE_MEMBER ->
                new Command.PromoteMember(command.getPromoteMember().getId());
            case KEEP_ONLY_MEMBER ->
                new Command.KeepOnlyMember(command.getKeepOnlyMember().getId());
            default -> null;
        };
    }
}
