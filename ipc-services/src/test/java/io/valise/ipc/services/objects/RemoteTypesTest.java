package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.WireDefault;
import io.valise.ipc.testkit.HangWatchdog;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The types of messages in the methods of an interface, beside references. */
@ExtendWith(HangWatchdog.class)
class RemoteTypesTest {
    enum Wide {
        RED,
        BLUE
    }

    enum Narrow {
        RED,
        @WireDefault
        OTHER
    }

    sealed interface Shape permits Circle, Named {}

    record Circle(double radius) implements Shape {}

    record Named(String name, Observer observer) implements Shape {}

    interface Observer {
        void see(String what);
    }

    interface Types {
        Map<String, LocalDate> days(Set<String> names, Circle[] circles, OptionalInt count);

        Shape tell(Shape shape);
    }

    @RemoteInterface("palette")
    interface NewPalette {
        List<Wide> colours();
    }

    @RemoteInterface("palette")
    interface OldPalette {
        List<Narrow> colours();
    }

    interface WithPath {
        void open(Path path);
    }

    /** What the server offers. */
    private static final class Computed implements Types {
        @Override
        public Map<String, LocalDate> days(Set<String> names, Circle[] circles, OptionalInt count) {
            assertThat(names).containsExactly("a");
            assertThat(circles).containsExactly(new Circle(1), new Circle(2));
            return Map.of("a", LocalDate.EPOCH.plusDays(count.orElseThrow()));
        }

        @Override
        public Shape tell(Shape shape) {
            if (shape instanceof Named named) {
                named.observer().see(named.name());
            }
            return new Circle(3);
        }
    }

    @Test
    void collectionsArraysTimesAndSealedInterfacesCrossByValue() {
        try (IpcServer server = RemoteObjects.export(Types.class, new Computed())
                        .addTo(IpcServer.builder("local:types"))
                        .start();
                IpcConnection connection = IpcClient.connect("local:types")) {
            assertThat(server.endpoints()).hasSize(1);
            Types types = RemoteObjects.of(connection).remote(Types.class);
            assertThat(types.days(Set.of("a"), new Circle[] {new Circle(1), new Circle(2)}, OptionalInt.of(4)))
                    .isEqualTo(Map.of("a", LocalDate.of(1970, 1, 5)));
            StringBuilder seen = new StringBuilder();
            assertThat(types.tell(new Named("x", seen::append))).isEqualTo(new Circle(3));
            assertThat(seen).hasToString("x");
        }
    }

    @Test
    void oneUnknownConstantDoesNotFailAList() {
        NewPalette newer = () -> List.of(Wide.RED, Wide.BLUE);
        try (IpcServer server = RemoteObjects.export(NewPalette.class, newer)
                        .addTo(IpcServer.builder("local:palette"))
                        .start();
                IpcConnection connection = IpcClient.connect("local:palette")) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(RemoteObjects.of(connection).remote(OldPalette.class).colours())
                    .containsExactly(Narrow.RED, Narrow.OTHER);
        }
    }

    @Test
    void aPathIsRefusedAtTheExport() {
        assertThatThrownBy(() -> RemoteObjects.export(WithPath.class, path -> {}))
                .hasMessageContaining("WithPath.open: java.nio.file.Path cannot cross: a path means something else");
    }
}
