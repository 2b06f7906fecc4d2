/** What Lockstep needs of dockerode; a bundle of its own, loaded by those who talk to an engine. */
export { default as Docker } from 'dockerode';
