package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told of dropped references. */
@ExtendWith(HangWatchdog.class)
class ReleasesTest {
    private static final int LEAST_MESSAGE_LIMIT = 4096;
    private static final int DROPPED = 5_000;

    private final BlockingQueue<ValueSet> sent = new LinkedBlockingQueue<>();
    private final CountDownLatch allDropped = new CountDownLatch(1);

    @Test
    void manyDroppedAtOnceFitIntoTheSmallestMessages() throws Exception {
        Releases releases = new Releases(connection());
        for (long id = 0; id < DROPPED; id++) {
            releases.add(Long.MAX_VALUE - id);
            releases.add(Long.MAX_VALUE - id);
        }
        allDropped.countDown();

        Map<Long, Long> told = new HashMap<>();
        while (told.values().stream().mapToLong(Long::longValue).sum() < 2 * DROPPED) {
            ValueSet message = sent.take();
            assertThat(message.toCbor()).hasSizeLessThan(LEAST_MESSAGE_LIMIT * 3 / 4);
            long[] ids = message.getLongs("ids");
            long[] counts = message.getLongs("counts");
            for (int i = 0; i < ids.length; i++) {
                told.merge(ids[i], counts[i], Long::sum);
            }
        }
        assertThat(told)
                .hasSize(DROPPED)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(2));
    }

    /** One that takes nothing before all is dropped. */
    private IpcConnection connection() {
        return (IpcConnection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IpcConnection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("send")) {
                        allDropped.await();
                        sent.add((ValueSet) arguments[1]);
                        return null;
                    }
                    return true; // isOpen()
                });
    }
}
