package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two versions of one interface at the two ends, and interfaces that cannot be called from another process. */
@ExtendWith(HangWatchdog.class)
class VersionsTest {
    enum OldColor {
        RED
    }

    enum NewColor {
        RED,
        BLUE
    }

    record OldCar(String name, int wheels, OldColor color, String horn) {}

    record NewCar(
            String name,
            long wheels,
            NewColor color,
            double price,
            List<String> options,
            Optional<String> owner,
            @Nullable String note,
            boolean sold) {}

    @RemoteInterface("garage")
    interface OldGarage {
        OldCar paint(OldCar car, String color);
    }

    @RemoteInterface("garage")
    interface NewGarage {
        NewCar paint(NewCar car, String color);

        NewCar sell(NewCar car);
    }

    @Test
    void whatOnlyOneEndKnowsIsPassedOverOrHasItsDefault() {
        NewGarage newer = new NewGarage() {
            @Override
            public NewCar paint(NewCar car, String color) {
                assertThat(car)
                        .isEqualTo(new NewCar("T", 4, NewColor.RED, 0, List.of(), Optional.empty(), null, false));
                return new NewCar(car.name, 6, NewColor.valueOf(color), 1, List.of("x"), Optional.of("y"), "z", true);
            }

            @Override
            public NewCar sell(NewCar car) {
                return car;
            }
        };
        try (IpcServer server = RemoteObjects.export(NewGarage.class, newer)
                        .addTo(IpcServer.builder("local:garage"))
                        .start();
                IpcConnection connection = IpcClient.connect("local:garage")) {
            assertThat(server.endpoints()).hasSize(1);
            OldGarage garage = RemoteObjects.of(connection).remote(OldGarage.class);
            OldCar car = new OldCar("T", 4, OldColor.RED, "honk");
            assertThat(garage.paint(car, "RED")).isEqualTo(new OldCar("T", 6, OldColor.RED, null));
            assertThatThrownBy(() -> garage.paint(car, "BLUE"))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("its result: color: OldColor: known=[RED], actual=\"BLUE\"");
        }
    }

    @Test
    void aMethodThatTheOtherVersionLacksIsUnsupported() {
        OldGarage older = (car, color) -> car;
        try (IpcServer server = RemoteObjects.export(OldGarage.class, older)
                        .addTo(IpcServer.builder("local:garage"))
                        .start();
                IpcConnection connection = IpcClient.connect("local:garage")) {
            assertThat(server.endpoints()).hasSize(1);
            NewGarage garage = RemoteObjects.of(connection).remote(NewGarage.class);
            NewCar car = new NewCar("T", 4, NewColor.RED, 0, List.of(), Optional.empty(), null, false);
            assertThat(garage.paint(car, "RED")).isEqualTo(car);
            assertThatThrownBy(() -> garage.sell(car))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                    .hasMessageContaining("garage: it has no method sell/1 in this version; it has [paint/2]");
            NewCar wide = new NewCar("T", 1L << 40, NewColor.RED, 0, List.of(), Optional.empty(), null, false);
            assertThatThrownBy(() -> garage.paint(wide, "RED"))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("OldGarage.paint: argument 0: wheels: expected=int");
        }
    }

    interface Overloaded {
        void a(int x);

        void a(String x);
    }

    interface WithMap {
        Map<Integer, String> map();
    }

    sealed interface Mixed permits Local {}

    static final class Local implements Mixed {}

    interface WithMixed {
        Mixed mixed();
    }

    interface WithFuture {
        Future<String> future();
    }

    interface WithClass {
        void take(Thread thread);
    }

    @Test
    void interfacesThatCannotBeCalledFromAnotherProcessSayWhy() {
        assertThatThrownBy(() -> RemoteObjects.export(Overloaded.class, null))
                .hasMessageContaining("a/1: several methods have this name and number of parameters");
        assertThatThrownBy(() -> RemoteObjects.export(WithMap.class, null))
                .hasMessageContaining(
                        "WithMap.map: java.util.Map<java.lang.Integer, java.lang.String> cannot cross: the keys");
        assertThatThrownBy(() -> RemoteObjects.export(WithClass.class, null))
                .hasMessageContaining("WithClass.take: java.lang.Thread cannot cross");
        assertThatThrownBy(() -> RemoteObjects.export(WithMixed.class, null))
                .hasMessageContaining("WithMixed.mixed: ")
                .hasMessageContaining("Local is no record");
        assertThatThrownBy(() -> RemoteObjects.export(String.class, "text"))
                .hasMessageContaining("expected an interface");
        assertThatThrownBy(() -> RemoteObjects.export(WithFuture.class, null)).hasMessageContaining("Future");
    }
}
