package io.metastore.server.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the mapping to JSON needs of a type of message, looked up once. */
final class MessageShape {
    /** A field and the type of its messages. */
    static final class Field {
        private final FieldDescriptor descriptor;
        private final byte[] label;
        private final @Nullable MessageShape message;

        private Field(FieldDescriptor descriptor, @Nullable MessageShape message) {
            this.descriptor = descriptor;
            this.label = ("\"" + descriptor.getName() + "\":").getBytes(StandardCharsets.UTF_8);
            this.message = message;
        }

        FieldDescriptor descriptor() {
            return descriptor;
        }

        /** Its name as it is written: quoted, with a colon. */
        void writeLabel(ByteBuf target) {
            target.writeBytes(label);
        }

        boolean holdsMessages() {
            return message != null;
        }

        MessageShape messageShape() {
            return Objects.requireNonNull(message);
        }
    }

    private final List<Field> fields = new ArrayList<>();
    private final Map<String, Field> byName = new HashMap<>();

    private MessageShape() {}

    /** The shapes of message types, and of all types within them. */
    static final class Shapes {
        private final Map<Descriptor, MessageShape> shapes = new HashMap<>();

        /**
         * The shape of a type. Not to be called once requests come in.
         *
         * @throws IllegalStateException if the type has a field of a kind that etcd's messages do not have
         */
        MessageShape of(Descriptor type) {
            MessageShape known = shapes.get(type);
            if (known != null) {
                return known;
            }
            MessageShape shape = new MessageShape();
            shapes.put(type, shape);
            for (FieldDescriptor descriptor : type.getFields()) {
                requireMapped(descriptor);
                boolean message = descriptor.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
                Field field = new Field(descriptor, message ? of(descriptor.getMessageType()) : null);
                shape.fields.add(field);
                shape.byName.put(descriptor.getName(), field);
            }
            for (Field field : shape.fields) {
                shape.byName.put(field.descriptor().getJsonName(), field);
            }
            return shape;
        }

        private static void requireMapped(FieldDescriptor field) {
            switch (field.getType()) {
                case BOOL, INT32, INT64, UINT32, UINT64, STRING, BYTES, ENUM, MESSAGE -> {}
                default -> throw new IllegalStateException(field.getFullName() + " has a type without mapping to JSON");
            }
            boolean special = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && field.getMessageType().getFullName().startsWith("google.protobuf.");
            if (field.isMapField() || special) {
                throw new IllegalStateException(field.getFullName() + " has a mapping to JSON of its own");
            }
        }
    }

    /** In the order in which they are declared, which is the order in which they are written. */
    List<Field> fields() {
        return fields;
    }

    /** By its name in the proto file, or that name in lower camel case; null if there is none. */
    @Nullable
    Field named(String name) {
        return byName.get(name);
    }
}
