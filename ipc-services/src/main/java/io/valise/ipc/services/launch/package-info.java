/**
 * Programs started by a program, which are connected to it: helpers, as the full-trust processes of Windows, and
 * targets that are given a question and report an answer, as its launch for results. Only command lines that a manifest
 * declares are run, without a shell, and the secret that admits the child goes over its standard input.
 */
@NullMarked
package io.valise.ipc.services.launch;

import org.jspecify.annotations.NullMarked;
