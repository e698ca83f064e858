package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a server says of itself in answer to {@code valise.schema}. */
class TypedSchemaTest {
    record Ask(String symbol, Optional<LocalDate> day) {}

    @SuppressWarnings("ArrayRecordComponent") // it is of every type
    record Every(
            int number,
            Integer boxed,
            double[] prices,
            char letter,
            UUID id,
            Instant at,
            Object any,
            ValueSet set,
            URI place,
            OptionalInt count,
            List<Map<String, Long>> counts,
            State[] states) {}

    enum State {
        OPEN,
        @WireName("shut")
        CLOSED
    }

    record Tree(@WireName("label") String name, List<Tree> children) {}

    record Page<T>(List<T> items) {}

    record Pages(Page<Ask> asks, Page<String> texts, Page<Ask> again) {}

    sealed interface Shape permits Circle, Group {}

    record Circle(float radius) implements Shape {}

    record Group(List<Shape> shapes) implements Shape {}

    static final class Other {
        record Ask(long number) {}
    }

    private static Schema schema(IpcServer.Builder builder) {
        try (IpcServer server = builder.start();
                IpcConnection client = IpcClient.connect("local:schema")) {
            assertThat(server.endpoints()).hasSize(1);
            return client.request("valise.schema", ValueSet.empty()).to(Schema.class);
        }
    }

    private static IpcServer.Builder builder() {
        return IpcServer.builder("local:schema");
    }

    private static Form named(String name) {
        return new Form(Form.NAMED, false, null, name, null);
    }

    private static Form plain(ValueType type) {
        return Form.plain(type);
    }

    @Test
    void servicesStreamsAndEventsAreListedWithTheirTypes() {
        Schema schema = schema(builder().onEvent("asked", Ask.class, ask -> {}).onEvent("any", event -> {}).stream(
                        "asks", Ask.class, Ask.class, ask -> null)
                .stream("items", request -> null)
                .service("swap", Ask.class, Tree.class, ask -> null)
                .service("free", Map.class, ValueSet.class, ask -> ValueSet.empty())
                .service("echo", request -> request.message())
                .asyncService("later", request -> new CompletableFuture<>()));
        assertThat(schema.offers())
                .containsExactly(
                        new Offer("echo", Offer.Kind.SERVICE, null, null),
                        new Offer("free", Offer.Kind.SERVICE, Form.map(Form.plain(null)), plain(ValueType.VALUE_SET)),
                        new Offer("later", Offer.Kind.SERVICE, null, null),
                        new Offer("swap", Offer.Kind.SERVICE, named("Ask"), named("Tree")),
                        new Offer("asks", Offer.Kind.STREAM, named("Ask"), named("Ask")),
                        new Offer("items", Offer.Kind.STREAM, null, null),
                        new Offer("any", Offer.Kind.EVENT, null, null),
                        new Offer("asked", Offer.Kind.EVENT, named("Ask"), null));
        assertThat(schema.types())
                .containsExactly(
                        Definition.ofRecord(
                                "Ask",
                                List.of(
                                        new Field("symbol", plain(ValueType.STRING)),
                                        new Field(
                                                "day",
                                                Form.text(LocalDate.class).asOptional()))),
                        Definition.ofRecord(
                                "Tree",
                                List.of(
                                        new Field("label", plain(ValueType.STRING)),
                                        new Field("children", Form.list(named("Tree"))))));
    }

    @Test
    void handlersOfValueSetsHaveTheTypesThatAreDeclaredForThem() {
        Schema declared = schema(builder().onEvent("asked", event -> {}).describeEvent("asked", Ask.class).stream(
                        "asks", request -> null)
                .describe("asks", Ask.class, Ask.class)
                .service("swap", request -> request.message())
                .describe("swap", Ask.class, Tree.class)
                .asyncService("later", request -> new CompletableFuture<>())
                .describe("later", ValueSet.class, Tree.class));
        assertThat(declared)
                .isEqualTo(schema(builder().onEvent("asked", Ask.class, ask -> {}).stream(
                                "asks", Ask.class, Ask.class, ask -> null)
                        .service("swap", Ask.class, Tree.class, ask -> null)
                        .asyncService("later", ValueSet.class, Tree.class, ask -> new CompletableFuture<>())));
    }

    @Test
    void anEventWhoseHandlerIsReplacedHasTheTypeOfTheNewOne() {
        Schema schema = schema(builder()
                .onEvent("a", event -> {})
                .describeEvent("a", Ask.class)
                .onEvent("a", event -> {})
                .onEvent("b", event -> {})
                .describeEvent("b", Ask.class)
                .onEvent("b", event -> {})
                .describeEvent("b", Tree.class));
        assertThat(schema.offers())
                .containsExactly(
                        new Offer("a", Offer.Kind.EVENT, null, null),
                        new Offer("b", Offer.Kind.EVENT, named("Tree"), null));
    }

    @Test
    void aDeclarationOfWhatIsNotOfferedOrIsTypedAlreadyIsRefused() {
        IpcServer.Builder builder = builder()
                .service("typed", Ask.class, Tree.class, ask -> null)
                .service("plain", request -> request.message())
                .onEvent("typed", Ask.class, ask -> {});
        assertThatThrownBy(() -> builder.describe("prize", Ask.class, Tree.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service prize: it is described, but has no handler; add its handler first, or correct the"
                        + " name");
        assertThatThrownBy(() -> builder.describeEvent("plain", Ask.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("event plain: it is described, but has no handler; add its handler first, or correct the"
                        + " name");
        assertThatThrownBy(() -> builder.describe("typed", Ask.class, Tree.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service typed: its types are known already; remove the second description");
        assertThatThrownBy(() -> builder.describeEvent("typed", Tree.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("event typed: its types are known already");
        assertThatThrownBy(() -> builder.describe("plain", Ask.class, Thread.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Thread");
        builder.describe("plain", Ask.class, Tree.class);
        assertThatThrownBy(() -> builder.describe("plain", Ask.class, Tree.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("service plain: its types are known already");
    }

    @Test
    void everyTypeHasItsForm() {
        Schema schema = schema(builder().onEvent("every", Every.class, every -> {}));
        assertThat(schema.types())
                .containsExactly(
                        Definition.ofRecord(
                                "Every",
                                List.of(
                                        new Field("number", plain(ValueType.INT32)),
                                        new Field("boxed", plain(ValueType.INT32)),
                                        new Field("prices", plain(ValueType.DOUBLE_ARRAY)),
                                        new Field("letter", plain(ValueType.CHAR16)),
                                        new Field("id", plain(ValueType.GUID)),
                                        new Field("at", plain(ValueType.DATE_TIME)),
                                        new Field("any", Form.plain(null)),
                                        new Field("set", plain(ValueType.VALUE_SET)),
                                        new Field("place", Form.text(URI.class)),
                                        new Field(
                                                "count", plain(ValueType.INT32).asOptional()),
                                        new Field("counts", Form.list(Form.map(plain(ValueType.INT64)))),
                                        new Field("states", Form.list(named("State"))))),
                        Definition.ofEnum("State", List.of("OPEN", "shut")));
    }

    @Test
    void aSealedInterfaceNamesItsRecords() {
        Schema schema = schema(builder().onEvent("shape", Shape.class, shape -> {}));
        assertThat(schema.types())
                .containsExactly(Definition.ofSealed(
                        "Shape",
                        List.of(
                                Definition.ofRecord("Circle", List.of(new Field("radius", plain(ValueType.SINGLE)))),
                                Definition.ofRecord(
                                        "Group", List.of(new Field("shapes", Form.list(named("Shape"))))))));
    }

    @Test
    void typesOfOneNameAndUsesOfAGenericTypeAreToldApart() {
        Schema schema = schema(builder()
                .onEvent("a", Ask.class, ask -> {})
                .onEvent("b", Other.Ask.class, ask -> {})
                .onEvent("c", Pages.class, ask -> {}));
        assertThat(schema.types().stream().map(Definition::name))
                .containsExactly("Ask", "Ask2", "Page_Ask", "Page_String", "Pages");
        assertThat(schema.types().get(2).fields()).containsExactly(new Field("items", Form.list(named("Ask"))));
    }

    @Test
    void whatANewerServerSaysBesidesIsIgnored() {
        ValueSet newer = ValueSet.of(
                "offers",
                List.of(ValueSet.of("name", "x", "kind", "MULTICAST", "since", 2)),
                "types",
                List.of(ValueSet.of("name", "T", "kind", "UNION")));
        assertThat(newer.to(Schema.class))
                .isEqualTo(new Schema(
                        List.of(new Offer("x", Offer.Kind.OTHER, null, null)),
                        List.of(new Definition(
                                "T", Definition.Kind.OTHER, List.of(), List.of(), List.of(), List.of()))));
    }
}
