/** Ring and doorbell under jcstress: {@code mvn -B -Dquick -DskipTests -Pjcstress test -pl ipc-sharedmem -am}. */
@NullMarked
package io.valise.ipc.sharedmem.stress;

import org.jspecify.annotations.NullMarked;
