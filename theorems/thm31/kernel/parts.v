(** Theorem 3.1: the parts of the repaired statement, for real losses and heads. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite diagonal inertia sylvester roots matrices.
From Geometry Require Import jets pullback smooth.
From Geometry.thm31 Require Import whitening strictly_linear kept.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** Part [metric]. For h(z) = W z, ⟨h(z_i), h(z_j)⟩ = z_i^T (W^T W) z_j; W^T W is
    positive semidefinite, and |h(z_i) - h(z_j)|^2 is its squared Mahalanobis
    distance (z_i - z_j)^T (W^T W) (z_i - z_j). *)
Theorem part_metric (F : realFieldType) k d (W : 'M[F]_(k, d)) (z1 z2 : 'rV[F]_d) :
  let h (z : 'rV[F]_d) : 'rV[F]_k := z *m W^T in
  [/\ dot (h z1) (h z2) = form (W^T *m W) z1 z2,
      psd (W^T *m W) &
      sqn (h z1 - h z2) = quad (W^T *m W) (z1 - z2)].
Proof.
split; first by rewrite /form /dot trmx_mul trmxK !mulmxA.
  by have := psd_gram W^T; rewrite trmxK.
by rewrite -mulmxBl sqn_mul trmxK.
Qed.

(** Reading [similarity] holds: ⟨h(z_i), h(z_j)⟩ = z_i^T (W^T W) z_j, and W^T W is positive
    semidefinite. *)
Theorem reading_similarity (F : realFieldType) k d (W : 'M[F]_(k, d)) (z1 z2 : 'rV[F]_d) :
  dot (z1 *m W^T) (z2 *m W^T) = form (W^T *m W) z1 z2 /\ psd (W^T *m W).
Proof. by have [] := part_metric W z1 z2. Qed.

(** Part [affine]. Let the columns of Q (d x s) be an orthonormal basis of S and
    H = hess L (u_0). There are W and b with W z + b = u_0 and
    Q^T H_eff(z) Q = I_s if and only if s <= n_+(H). H_eff is the Hessian of
    z -> L(W z + b), and n_+(H) the largest dimension of a subspace on which H is
    positive definite, that is, the number of its positive eigenvalues. *)
Theorem part_affine k d s (L : vec k -> R) (u0 : vec k) (z : vec d) (Q : 'M[R]_(d, s)) :
  C2 L u0 -> Q^T *m Q = 1%:M ->
  (exists (W : mat k d) (b : vec k), affine W b z = u0 /\
     Q^T *m mx (effective L (affine W b) z) *m Q = 1%:M) <->
  (s <= n_plus (mx (hess L u0)))%N.
Proof.
move=> LC Q1; rewrite -(whitens_iff Q1 (sym_hess LC)); split=> [[W [b [Wz hW]]]|[W hW]].
  by exists (mx W); rewrite effective_affine_mx Wz // in hW.
have e : affine (mat_of W) (vec_of (row_of u0 - row_of z *m W^T)) z = u0.
  by apply: row_of_inj; rewrite row_affine mat_ofK vec_ofK addrC subrK.
exists (mat_of W), (vec_of (row_of u0 - row_of z *m W^T)); split=> //.
by rewrite effective_affine_mx e // mat_ofK.
Qed.

(** Part [affine], the solution: with s positive eigenpairs of H, the columns of
    U and the entries of lambda, W = U D Q^T and b = u_0 - W z give H_eff(z) = Q Q^T.
    Here D is diagonal with the entries 1 / sqrt(lambda_i). *)
Theorem part_affine_solution k d s (L : vec k -> R) (u0 : vec k) (z : vec d)
    (Q : 'M[R]_(d, s)) (U : 'M[R]_(k, s)) (lambda : 'rV[R]_s) :
  C2 L u0 -> Q^T *m Q = 1%:M -> U^T *m U = 1%:M ->
  (forall i, 0 < lambda 0 i) -> mx (hess L u0) *m U = U *m diag_mx lambda ->
  let W := mat_of (U *m diag_mx (\row_i (Num.sqrt (lambda 0 i))^-1) *m Q^T) in
  let b := vectors.subv u0 (vectors.mulv W z) in
  affine W b z = u0 /\ mx (effective L (affine W b) z) = Q *m Q^T.
Proof.
move=> LC Q1 U1 lp HU W b.
have e : affine W b z = u0.
  by apply: row_of_inj; rewrite row_affine row_subv row_mulv addrC subrK.
split=> //; rewrite effective_affine_mx e // mat_ofK; set D := diag_mx (\row_i _).
rewrite !trmx_mul trmxK tr_diag_mx -!mulmxA; congr (_ *m _).
rewrite (mulmxA (mx _)) HU !mulmxA -(mulmxA D) U1 mulmx1.
suff -> : D *m diag_mx lambda *m D = 1%:M by rewrite mul1mx.
apply/matrixP => i j; rewrite mul_mx_diag mul_diag_mx !mxE.
have [->|_] := eqVneq i j; last by rewrite !mulr0n mulr0 mul0r.
rewrite !mulr1n mulrAC -invfM -expr2 sqr_sqrtr ?ltW // mulVf // gt_eqF //.
Qed.

(** Part [linear]. A W with Q^T W^T hess L(W z) W Q = I_s exists if and only if
    (a) z = 0 and s <= n_+(hess L(0)), or (b) z is not in S and some u has
    s <= n_+(hess L(u)), or (c) 0 <> z in S and some such u also has
    u^T hess L(u) u = |z|^2. S is the span of the columns of Q. *)
Theorem part_linear k d s (L : vec k -> R) (z : vec d) (Q : 'M[R]_(d, s)) :
  (forall u, C2 L u) -> Q^T *m Q = 1%:M ->
  (exists W : mat k d, Q^T *m ((mx W)^T *m mx (hess L (vectors.mulv W z)) *m mx W) *m Q = 1%:M) <->
  [\/ z = vectors.zerov /\ (s <= n_plus (mx (hess L vectors.zerov)))%N,
      ~~ (row_of z <= Q^T)%MS /\ (exists u, (s <= n_plus (mx (hess L u)))%N) |
      [/\ z <> vectors.zerov, (row_of z <= Q^T)%MS &
          exists u, (s <= n_plus (mx (hess L u)))%N /\
            quad (mx (hess L u)) (row_of u) = sqn (row_of z)]].
Proof.
move=> LC Q1; pose H u := mx (hess L (vec_of u)).
have sH u : sym (H u) by apply: sym_hess.
have z0 m : vec_of (0 : 'rV_m) = vectors.zerov.
  by apply: row_of_inj; rewrite vec_ofK; apply/rowP => i; rewrite !mxE.
have r0 m : row_of (@vectors.zerov m) = 0 by rewrite -z0 vec_ofK.
have [h1 h2] := linear_iff Q1 (row_of z) sH; split=> [[W hW]|h].
  have [|[zz sn]|[zS [u hu]]|[zz zS [u [sn Hu]]]] := h1.
  - by exists (mx W); rewrite /H -row_mulv row_ofK.
  - by apply: Or31; split; [apply: row_of_inj; rewrite r0 | rewrite -z0].
  - by apply: Or32; split=> //; exists (vec_of u).
  apply: Or33; split=> //; first by move=> h; rewrite h r0 eqxx in zz.
  by exists (vec_of u); rewrite vec_ofK.
have [|W hW] := h2; last first.
  by exists (mat_of W); rewrite -[vectors.mulv _ z]row_ofK row_mulv !mat_ofK.
case: h => [[zz sn]|[zS [u hu]]|[zz zS [u [sn Hu]]]].
- by apply: Or31; rewrite zz r0 /H z0.
- by apply: Or32; split=> //; exists (row_of u); rewrite /H row_ofK.
apply: Or33; split=> //; last by exists (row_of u); rewrite /H row_ofK.
by apply/eqP => h; apply: zz; apply: row_of_inj; rewrite r0.
Qed.

(** The gradient of L o h vanishes: z is a critical point. *)
Definition critical k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : Prop :=
  grad (fun w => L (h w)) z = vectors.zerov.

(** The gradient of L o h for an affine head is W^T rho. *)
Lemma critical_affine k d (L : vec k -> R) (W : mat k d) b z : C2 L (affine W b z) ->
  critical L (affine W b) z <-> row_of (grad L (affine W b z)) *m mx W = 0.
Proof.
move=> LC; rewrite /critical grad_comp; [|exact/C2map_C1map/C2_affine|exact: C2_C1].
rewrite jac_affine; split=> h.
  have := congr1 (@row_of _) h; rewrite row_mulv mx_tr trmxK => ->.
  by apply/rowP => i; rewrite !mxE.
by apply: row_of_inj; rewrite row_mulv mx_tr trmxK h; apply/rowP => i; rewrite !mxE.
Qed.

(** Part [fixed-point]. Let H = hess L(u_0) be positive semidefinite of rank r, and
    rho = grad L(u_0). An affine head with W z + b = u_0 that whitens S and has
    W^T rho = 0 exists if and only if s <= r where rho = 0 or rho is not in ran H,
    and if and only if s <= r - 1 where 0 <> rho in ran H. *)
Theorem part_fixed_point k d s (L : vec k -> R) (u0 : vec k) (z : vec d) (Q : 'M[R]_(d, s)) :
  C2 L u0 -> Q^T *m Q = 1%:M -> psd (mx (hess L u0)) ->
  let r := \rank (mx (hess L u0)) in
  let rho := row_of (grad L u0) in
  let kept := exists (W : mat k d) (b : vec k),
    [/\ affine W b z = u0, Q^T *m mx (effective L (affine W b) z) *m Q = 1%:M &
        critical L (affine W b) z] in
  (rho = 0 \/ ~~ (rho <= mx (hess L u0))%MS -> (kept <-> (s <= r)%N)) /\
  (rho <> 0 /\ (rho <= mx (hess L u0))%MS -> (kept <-> (s <= r - 1)%N)).
Proof.
move=> LC Q1 pH r rho kept.
have keptE : kept <-> (s <= r - (rho != 0%R) * (rho <= mx (hess L u0))%MS)%N.
  rewrite -(kept_iff Q1 rho pH); split=> [[W [b [Wz hW cW]]]|[W [hW rW]]].
    exists (mx W); rewrite effective_affine_mx Wz // in hW; split=> //.
    by move/critical_affine: cW; rewrite Wz; apply.
  have e : affine (mat_of W) (vec_of (row_of u0 - row_of z *m W^T)) z = u0.
    by apply: row_of_inj; rewrite row_affine mat_ofK vec_ofK addrC subrK.
  exists (mat_of W), (vec_of (row_of u0 - row_of z *m W^T)); split=> //.
    by rewrite effective_affine_mx e // mat_ofK.
  by apply/critical_affine; rewrite e // mat_ofK.
split=> [[r0|rH]|[r0 rH]]; rewrite keptE.
- by rewrite (_ : (rho != 0) = false) ?subn0 //; apply/eqP.
- by rewrite (negPf rH) muln0 subn0.
by rewrite rH (_ : rho != 0) //; apply/eqP.
Qed.
