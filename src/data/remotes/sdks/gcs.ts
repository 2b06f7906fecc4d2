/** What the Google Cloud Storage remote needs of Google's library; a bundle of its own, loaded when it is used. */
export { GoogleAuth } from 'google-auth-library';
