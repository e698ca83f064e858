package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.Method;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server says by which interfaces its objects are called. */
@ExtendWith(HangWatchdog.class)
class RemoteSchemaTest {
    @RemoteInterface("acme.Rooms")
    interface Rooms {
        Room open(String name);

        void close(Room room, Listener last);
    }

    interface Room {
        Rooms all();

        CompletionStage<Integer> say(Note note);

        Flow.Publisher<Note> notes();
    }

    interface Listener {
        void heard(Note note, Local unused);
    }

    /** One that cannot be called, which is told to those who try. */
    interface Local {
        Thread thread();
    }

    record Note(String text) {}

    private static final class NoRooms implements Rooms {
        @Override
        public Room open(String name) {
            throw new IllegalStateException("only its interface is used");
        }

        @Override
        public void close(Room room, Listener last) {
            throw new IllegalStateException("only its interface is used");
        }
    }

    @Test
    void exportedObjectsAndClassesAreListedWithTheirInterfaces() {
        Schema schema;
        try (IpcServer server = RemoteObjects.export(Rooms.class, new NoRooms())
                        .andClass("acme.House", Rooms.class, NoRooms::new)
                        .addTo(IpcServer.builder("local:rooms"))
                        .start();
                IpcConnection client = IpcClient.connect("local:rooms")) {
            assertThat(server.endpoints()).hasSize(1);
            schema = client.request("valise.schema", ValueSet.empty()).to(Schema.class);
        }
        assertThat(schema.offers())
                .containsExactly(
                        new Offer("class:acme.House", Offer.Kind.OBJECT, null, named("Rooms")),
                        new Offer("object:acme.Rooms", Offer.Kind.OBJECT, null, named("Rooms")));
        assertThat(schema.types())
                .containsExactly(
                        Definition.ofInterface(
                                "Listener",
                                List.of(new Method(
                                        "heard", List.of(named("Note"), Form.plain(ValueType.VALUE_SET)), null))),
                        Definition.ofRecord("Note", List.of(new Field("text", Form.plain(ValueType.STRING)))),
                        Definition.ofInterface(
                                "Room",
                                List.of(
                                        new Method("all", List.of(), named("Rooms")),
                                        new Method("notes", List.of(), Form.publisher(named("Note"))),
                                        new Method("say", List.of(named("Note")), Form.plain(ValueType.INT32)))),
                        Definition.ofInterface(
                                "Rooms",
                                List.of(
                                        new Method("close", List.of(named("Room"), named("Listener")), null),
                                        new Method("open", List.of(Form.plain(ValueType.STRING)), named("Room")))));
    }

    interface Index<K, V> {
        V find(K key);

        Index<V, K> inverse();

        Heard<V> whatIsAdded();
    }

    interface Heard<T> {
        void heard(T value);

        Index<String, Integer> index();
    }

    interface Indexes {
        Index<String, Integer> numbers();

        Heard<Integer> added();

        Endless<String> endless();
    }

    interface Endless<T> {
        Endless<T[]> next();
    }

    @Test
    void eachUseOfAGenericInterfaceIsListedOnceWithItsArguments() {
        Definitions types = new Definitions();
        assertThat(InterfacePlan.of(Indexes.class).describe(types)).isEqualTo(named("Indexes"));
        assertThat(types.all().stream().map(Definition::name))
                .containsExactly(
                        "Endless_String",
                        "Heard_Integer",
                        "Heard_String",
                        "Index_Integer_String",
                        "Index_String_Integer",
                        "Indexes");
        assertThat(types.all().get(0).methods())
                .containsExactly(new Method("next", List.of(), Form.plain(ValueType.VALUE_SET)));
        assertThat(types.all().get(3).methods())
                .containsExactly(
                        new Method("find", List.of(Form.plain(ValueType.INT32)), Form.plain(ValueType.STRING)),
                        new Method("inverse", List.of(), named("Index_String_Integer")),
                        new Method("whatIsAdded", List.of(), named("Heard_String")));
    }

    private static Form named(String name) {
        return new Form(Form.NAMED, false, null, name, null);
    }
}
